/// An enhanced mail system status code, `class.subject.detail` (RFC 3463).
public struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
  /// 2 success, 4 persistent transient failure, 5 permanent failure.
  public var `class`: UInt8
  /// 0…999: what the status is about (addressing, mailbox, system, network, protocol, content, policy).
  public var subject: UInt16
  /// 0…999: the detail within the subject.
  public var detail: UInt16

  public init(_ class: UInt8, _ subject: UInt16, _ detail: UInt16) {
    self.class = `class`
    self.subject = subject
    self.detail = detail
  }

  /// Reads `5.7.1`; `nil` when the text is not a status code of class 2, 4 or 5.
  public init?(_ text: some StringProtocol) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var numbers: [UInt16] = []
    for part in parts {
      // RFC 3463 §2: no leading zeros, at most three digits.
      guard (1...3).contains(part.count), part.first != UInt8(ascii: "0") || part.count == 1 else { return nil }
      var number: UInt16 = 0
      for byte in part {
        guard byte.isDigit else { return nil }
        number = number * 10 + UInt16(byte - UInt8(ascii: "0"))
      }
      numbers.append(number)
    }
    guard numbers[0] == 2 || numbers[0] == 4 || numbers[0] == 5 else { return nil }
    self.init(UInt8(numbers[0]), numbers[1], numbers[2])
  }

  func write(into output: inout [UInt8]) {
    output.append(0x30 + `class` % 10)
    Self.write(subject, into: &output)
    Self.write(detail, into: &output)
  }

  private static func write(_ part: UInt16, into output: inout [UInt8]) {
    output.append(.dot)
    if part > 99 { output.append(UInt8(truncatingIfNeeded: 0x30 + part / 100 % 10)) }
    if part > 9 { output.append(UInt8(truncatingIfNeeded: 0x30 + part / 10 % 10)) }
    output.append(UInt8(truncatingIfNeeded: 0x30 + part % 10))
  }

  public var description: String { "\(self.class).\(subject).\(detail)" }
}
