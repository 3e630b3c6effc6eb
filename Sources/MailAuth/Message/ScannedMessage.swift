/// What the evaluators need of a message: its header and the hashes of its body. Made by `MessageScanner`.
public struct ScannedMessage: Hashable, Sendable {
  /// The header without the blank line after it.
  public internal(set) var header: [UInt8]
  /// Its fields, in order.
  public internal(set) var fields: [ScannedField]
  /// True: the header was longer than `AuthLimits.headerBytes`, and `header` is empty.
  public internal(set) var isHeaderTooLong: Bool
  var bodies: [BodyHasher.Request: BodyHasher.Outcome] = [:]

  /// The fields of that name (in lower case), in order.
  public func fields(named name: String) -> [ScannedField] {
    let name = Array(name.utf8)
    return fields.filter { $0.name == name }
  }

  /// What follows the colon of a field, unfolded and without white space at its ends.
  public func unfolded(_ field: ScannedField) -> [UInt8] {
    var value: [UInt8] = []
    for index in field.value {
      let byte = header[index]
      if byte == 0x0A || (byte == 0x0D && index + 1 < field.value.upperBound && header[index + 1] == 0x0A) { continue }
      value.append(byte)
    }
    while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
    let start = value.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? value.endIndex
    return Array(value[start...])
  }
}
