/// Writes a message behind SMTP's DATA (RFC 5321 §4.5.2) or as the body of a multi-line reply of POP3 (RFC 1939 §3): lines that begin
/// with a dot get another, every line end is CRLF, also where the message has a bare CR or LF, and the end is CR LF "." CR LF.
///
/// Fed with pieces of any size; hands out slices of them as large as possible.
public struct DotWriter: Sendable {
  /// Octets of the message as sent, without stuffed dots and the final `.`: what POP3's LIST announces (RFC 1939 §11).
  public private(set) var octets = 0
  private var isLineStart = true
  /// The last octet was a CR whose LF may follow in the next piece; it was not handed out.
  private var holdsCR = false

  public init() {}

  public mutating func write(_ input: UnsafeRawBufferPointer, _ sink: (UnsafeRawBufferPointer) -> Void) {
    guard let base = input.baseAddress else { return }
    let count = input.count
    var index = 0
    var start = 0
    while index < count {
      if holdsCR {
        holdsCR = false
        if base.load(fromByteOffset: index, as: UInt8.self) == ASCII.lf { index = 1 }
        start = index
        endLine(sink)
        continue
      }
      if isLineStart {
        isLineStart = false
        if base.load(fromByteOffset: index, as: UInt8.self) == ASCII.dot {
          hand(base, start, index, sink)
          start = index
          // The dot is written twice: once here, once with the rest of its line.
          sink(UnsafeRawBufferPointer(start: base + index, count: 1))
        }
      }
      let end = LineScan.lineEnd(base, from: index, to: count)
      index = end
      guard end < count else { break }
      let isLF = base.load(fromByteOffset: end, as: UInt8.self) == ASCII.lf
      if !isLF, end + 1 < count, base.load(fromByteOffset: end + 1, as: UInt8.self) == ASCII.lf {
        index = end + 2
        isLineStart = true
        continue
      }
      hand(base, start, end, sink)
      index = end + 1
      start = index
      if isLF || end + 1 < count { endLine(sink) } else { holdsCR = true }
    }
    hand(base, start, index, sink)
  }

  public mutating func write(_ input: [UInt8], _ sink: (UnsafeRawBufferPointer) -> Void) {
    input.withUnsafeBytes { write($0, sink) }
  }

  /// Ends the last line if it has no end, and the reply.
  public mutating func finish(_ sink: (UnsafeRawBufferPointer) -> Void) {
    if holdsCR || !isLineStart {
      holdsCR = false
      endLine(sink)
    }
    withUnsafeBytes(of: (ASCII.dot, ASCII.cr, ASCII.lf)) { sink($0) }
  }

  /// How many octets a message has as sent, for LIST and STAT.
  public static func size(of message: UnsafeRawBufferPointer) -> Int {
    var writer = DotWriter()
    writer.write(message) { _ in }
    writer.finish { _ in }
    return writer.octets
  }

  private mutating func endLine(_ sink: (UnsafeRawBufferPointer) -> Void) {
    withUnsafeBytes(of: (ASCII.cr, ASCII.lf)) { sink($0) }
    octets += 2
    isLineStart = true
  }

  private mutating func hand(
    _ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ sink: (UnsafeRawBufferPointer) -> Void
  ) {
    guard end > start else { return }
    octets += end - start
    sink(UnsafeRawBufferPointer(start: base + start, count: end - start))
  }
}
