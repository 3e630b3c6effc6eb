internal import Mail

/// Cuts a message for TOP (RFC 1939 §7): the headers, the blank line, and the first lines of the body.
///
/// Fed with pieces of any size. Lines are those that `DotWriter` sends: they end with CRLF, LF or CR. A message without a blank line is
/// all headers.
public struct TopCutter: Sendable {
  /// Everything that is wanted was seen.
  public private(set) var isDone = false
  private var lines: Int
  private var isBody = false
  /// Nothing has been seen on the current line.
  private var isBlank = true
  /// The last octet was a CR, whose LF may follow.
  private var endsWithCR = false

  /// - Parameter lines: how many lines of the body are wanted.
  public init(lines: Int) { self.lines = lines }

  /// How many octets at the front of `input` are wanted; less than all only when that is the end.
  public mutating func take(_ input: UnsafeRawBufferPointer) -> Int {
    guard !isDone, let base = input.baseAddress else { return 0 }
    var index = 0
    while index < input.count {
      if endsWithCR {
        endsWithCR = false
        let isLF = base.load(fromByteOffset: index, as: UInt8.self) == .lf
        if isLF { index += 1 }
        if endLine() { return index }
        continue
      }
      let end = LineScan.lineEnd(base, from: index, to: input.count)
      if end > index { isBlank = false }
      guard end < input.count else { return input.count }
      index = end + 1
      endsWithCR = base.load(fromByteOffset: end, as: UInt8.self) == .cr
      if !endsWithCR, endLine() { return index }
    }
    return input.count
  }

  /// True when the message is cut behind this line.
  private mutating func endLine() -> Bool {
    if isBody {
      lines -= 1
    } else if isBlank {
      isBody = true
    }
    isBlank = true
    isDone = isBody && lines <= 0
    return isDone
  }
}
