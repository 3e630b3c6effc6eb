/// A reply of an SMTP server: a code, an enhanced status and lines of text (RFC 5321 §4.2, RFC 2034).
public struct SMTPReply: Hashable, Sendable {
  /// 200…599.
  public var code: UInt16
  /// Sent in front of the text of every line where it is not nil (RFC 2034 §4: replies of class 2, 4 and 5
  /// apart from the greeting and the answers to HELO and EHLO).
  public var status: EnhancedStatus?
  /// At least one line, without CRLF. Text that could break the framing is replaced when the reply is written.
  public var lines: [String]

  public init(_ code: UInt16, _ status: EnhancedStatus?, _ lines: [String]) {
    self.code = code
    self.status = status
    self.lines = lines.isEmpty ? [""] : lines
  }

  public init(_ code: UInt16, _ status: EnhancedStatus?, _ text: String) { self.init(code, status, [text]) }

  /// A reply without an enhanced status.
  public init(_ code: UInt16, _ text: String) { self.init(code, nil, [text]) }

  /// The lines joined with blanks.
  public var text: String { lines.joined(separator: " ") }

  /// 2yz: the command did what it was asked.
  public var isPositive: Bool { code / 100 == 2 }
  /// 3yz: more is expected of the client.
  public var isIntermediate: Bool { code / 100 == 3 }
  /// 4yz: try again later.
  public var isTransientFailure: Bool { code / 100 == 4 }
  /// 5yz: do not try this again.
  public var isPermanentFailure: Bool { code / 100 == 5 }

  /// Writes the reply as it goes on the wire, with a CRLF after each line.
  public func write(into output: inout [UInt8]) {
    for (number, line) in lines.enumerated() {
      let isLast = number == lines.count - 1
      output.append(UInt8(truncatingIfNeeded: 0x30 + code / 100 % 10))
      output.append(UInt8(truncatingIfNeeded: 0x30 + code / 10 % 10))
      output.append(UInt8(truncatingIfNeeded: 0x30 + code % 10))
      output.append(isLast ? .space : UInt8(ascii: "-"))
      if let status {
        status.write(into: &output)
        if !line.isEmpty { output.append(.space) }
      }
      // RFC 5321 §4.2: textstring is HT and printable characters. What a peer sent may be quoted in a text:
      // it must not be able to end the line.
      let start = output.count
      output.append(contentsOf: line.utf8)
      for index in start..<output.count where output[index] < 0x20 && output[index] != 9 || output[index] == 0x7F {
        output[index] = UInt8(ascii: "?")
      }
      output.append(.cr)
      output.append(.lf)
    }
  }

  /// The reply as it goes on the wire.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(lines.reduce(0) { $0 + $1.utf8.count + 16 })
    write(into: &result)
    return result
  }
}

extension SMTPReply: CustomStringConvertible {
  /// One line for logs.
  public var description: String {
    status.map { "\(code) \($0) \(text)" } ?? "\(code) \(text)"
  }
}
