/// Reads a server's replies, fed with pieces of any size (RFC 5321 §4.2).
///
/// Lenient where §4.2 asks clients to be: a code alone, a missing blank, bare LF. Enhanced status codes are taken out of the text.
public struct ReplyParser: Sendable {
  /// What is wrong with a reply; the connection is of no more use.
  public enum Fault: Error, Hashable, Sendable {
    /// A line without three digits from 200 to 599.
    case notAReply
    /// Lines of one reply with different codes.
    case codesDiffer
    /// A line over `maximumLine`, or more than `maximumLines`.
    case tooLong
  }

  /// Octets of a line with its CRLF; RFC 5321 §4.5.3.1.5 says 512, servers say more.
  public var maximumLine = 4_096
  public var maximumLines = 256

  private var code: UInt16?
  private var status: EnhancedStatus?
  private var lines: [String] = []
  private var scanned = 0

  public init() {}

  /// Takes the next reply from the input, or nil when it is not complete.
  /// - Parameters:
  ///   - input: all that has come and was not consumed.
  ///   - consumed: set to the octets that are done with, also when the result is nil.
  public mutating func next(_ input: Span<UInt8>, consumed: inout Int) throws(Fault) -> SMTPReply? {
    consumed = 0
    while true {
      guard let lf = input.firstIndex(of: .lf, from: consumed + scanned, to: input.count) else {
        scanned = input.count - consumed
        guard scanned < maximumLine else { throw .tooLong }
        return nil
      }
      scanned = 0
      let start = consumed
      guard lf - start < maximumLine, lines.count < maximumLines else { throw .tooLong }
      consumed = lf + 1
      let end = lf > start && input[lf - 1] == .cr ? lf - 1 : lf
      if try take(input, start..<end) { return finish() }
    }
  }

  public mutating func next(_ input: [UInt8], consumed: inout Int) throws(Fault) -> SMTPReply? {
    try next(input.span, consumed: &consumed)
  }

  /// True when the line was the last of its reply.
  private mutating func take(_ input: Span<UInt8>, _ line: Range<Int>) throws(Fault) -> Bool {
    guard line.count >= 3, let number = input.number(line.lowerBound..<line.lowerBound + 3, digits: 3),
      (200...599).contains(number)
    else { throw .notAReply }
    let lineCode = UInt16(number)
    // RFC 5321 §4.2.1: the code on each of the lines must be the same.
    if let code, code != lineCode { throw .codesDiffer }
    code = lineCode
    var text = line.lowerBound + 3
    var isLast = true
    if text < line.upperBound {
      switch input[text] {
      case UInt8(ascii: "-"): isLast = false
      case .space: break
      default: throw .notAReply
      }
      text += 1
    }
    lines.append(takeStatus(input.text(text..<line.upperBound), lineCode))
    return isLast
  }

  /// RFC 2034 §4: the status is the first word of each line's text, and its class is the code's first digit.
  private mutating func takeStatus(_ text: String, _ code: UInt16) -> String {
    let word = text.prefix { $0 != " " }
    guard let found = EnhancedStatus(word), found.class == UInt8(code / 100), status == nil || status == found else {
      return text
    }
    status = found
    return String(text.dropFirst(word.count + 1))
  }

  private mutating func finish() -> SMTPReply {
    let reply = SMTPReply(code ?? 0, status, lines)
    code = nil
    status = nil
    lines = []
    return reply
  }
}
