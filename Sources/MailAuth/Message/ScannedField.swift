/// A header field as offsets into the header of its `ScannedMessage`.
public struct ScannedField: Hashable, Sendable {
  /// The name in lower case.
  public var name: [UInt8]
  /// The field from its first byte to the last one before its final line end.
  public var range: Range<Int>
  /// What follows the colon.
  public var value: Range<Int>
}

extension ScannedField {
  /// All fields of a header in order; lines that are no field are left out. Linear in the header's length.
  static func scan(_ header: [UInt8], limit: Int) -> [ScannedField] {
    var fields: [ScannedField] = []
    var start = 0
    var position = 0
    while position < header.count {
      var end = position
      while end < header.count, header[end] != 0x0A { end += 1 }
      let next = min(end + 1, header.count)
      position = next
      // A line that starts with white space continues the field (RFC 5322 §2.2.3).
      if next < header.count, header[next] == 0x20 || header[next] == 0x09 { continue }
      if end > start, end <= header.count, header[end - 1] == 0x0D { end -= 1 }
      if let field = ScannedField(header, start..<end) {
        if fields.count == limit { return fields }
        fields.append(field)
      }
      start = next
    }
    return fields
  }

  private init?(_ header: [UInt8], _ range: Range<Int>) {
    guard let colon = header[range].firstIndex(of: UInt8(ascii: ":")) else { return nil }
    var end = colon
    while end > range.lowerBound, header[end - 1] == 0x20 || header[end - 1] == 0x09 { end -= 1 }
    let name = header[range.lowerBound..<end]
    guard !name.isEmpty, name.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    self.init(name: lowercase(name), range: range, value: (colon + 1)..<range.upperBound)
  }

  /// Appends the canonical form without a final line end (RFC 6376 §3.4.1, §3.4.2). `cut`: bytes that count as absent.
  func canonical(_ form: Canonicalization, in header: [UInt8], cut: Range<Int>? = nil, into output: inout [UInt8]) {
    switch form {
    case .simple: appendSimple(header, cut, &output)
    case .relaxed: appendRelaxed(header, cut, &output)
    }
  }

  private func appendSimple(_ header: [UInt8], _ cut: Range<Int>?, _ output: inout [UInt8]) {
    var previous: UInt8 = 0
    for index in range {
      if let cut, cut.contains(index) { continue }
      let byte = header[index]
      // A bare LF counts as a line end.
      if byte == 0x0A, previous != 0x0D { output.append(0x0D) }
      output.append(byte)
      previous = byte
    }
  }

  private func appendRelaxed(_ header: [UInt8], _ cut: Range<Int>?, _ output: inout [UInt8]) {
    output += name
    output.append(UInt8(ascii: ":"))
    var holdsBlank = false
    var isEmpty = true
    for index in value {
      if let cut, cut.contains(index) { continue }
      let byte = header[index]
      switch byte {
      case 0x20, 0x09: holdsBlank = true
      case 0x0A: continue
      case 0x0D where index + 1 < value.upperBound && header[index + 1] == 0x0A: continue
      default:
        if holdsBlank, !isEmpty { output.append(0x20) }
        holdsBlank = false
        isEmpty = false
        output.append(byte)
      }
    }
  }
}
