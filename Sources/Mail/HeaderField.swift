/// One header field as offsets into the bytes that it was scanned from (RFC 5322 §2.2).
public struct HeaderField: Hashable, Sendable {
  /// The whole field with its folded lines and its final line end.
  public var range: Range<Int>
  /// The name without blanks before the colon; empty for a line that is no field ("From " line, missing colon).
  public var name: Range<Int>
  /// What follows the colon, folded as it stands, without the final line end.
  public var value: Range<Int>

  public init(range: Range<Int>, name: Range<Int>, value: Range<Int>) {
    self.range = range
    self.name = name
    self.value = value
  }

  /// The name as text, "" for a line that is no field.
  public func nameText(in bytes: Span<UInt8>) -> String { ASCII.text(bytes, name) }

  /// The value unfolded (RFC 5322 §2.2.3) and without blanks at its ends, at most `limit` bytes of it.
  public func unfolded(in bytes: Span<UInt8>, limit: Int = .max) -> [UInt8] {
    HeaderField.unfold(bytes, value, limit: limit)
  }

  /// The bytes of `range` without CR and LF that fold, and without blanks at the ends.
  public static func unfold(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int = .max) -> [UInt8] {
    let trimmed = ASCII.trimmed(bytes, range)
    var result: [UInt8] = []
    result.reserveCapacity(min(trimmed.count, max(0, limit)))
    for index in trimmed {
      if result.count >= limit { break }
      let byte = bytes[index]
      if byte == ASCII.lf { continue }
      if byte == ASCII.cr, index &+ 1 < trimmed.upperBound, bytes[index &+ 1] == ASCII.lf { continue }
      result.append(byte)
    }
    return result
  }
}
