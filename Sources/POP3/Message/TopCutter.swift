internal import Mail

/// Cuts a message for TOP (RFC 1939 §7): the headers, the blank line, and the first lines of the body.
///
/// Fed with pieces of any size. A line ends with LF, with or without a CR; a message without a blank line is all headers.
public struct TopCutter: Sendable {
  /// Everything that is wanted was seen.
  public private(set) var isDone = false
  private var lines: Int
  private var isBody = false
  /// Nothing but a CR has been seen on the current line.
  private var isBlank = true

  /// - Parameter lines: how many lines of the body are wanted.
  public init(lines: Int) { self.lines = lines }

  /// How many octets at the front of `input` are wanted; less than all only when that is the end.
  public mutating func take(_ input: UnsafeRawBufferPointer) -> Int {
    guard !isDone, let base = input.baseAddress else { return 0 }
    var index = 0
    while index < input.count {
      let end = LineScan.lineEnd(base, from: index, to: input.count)
      if end > index { isBlank = false }
      guard end < input.count else { return input.count }
      index = end + 1
      guard base.load(fromByteOffset: end, as: UInt8.self) == .lf else { continue }
      if endLine() { return index }
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
