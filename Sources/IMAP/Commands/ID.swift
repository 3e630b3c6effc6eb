extension IMAPCommand {
  /// One field of ID (RFC 2971 §3.1).
  public struct IDField: Sendable, Equatable {
    public var name: String
    public var value: String?

    public init(name: String, value: String?) {
      self.name = name
      self.value = value
    }
  }
}

extension CommandReader {
  /// RFC 2971 §3.3: at most 30 fields, names of at most 30 and values of at most 1,024 octets.
  mutating func idCommand() throws(SyntaxError) -> [IMAPCommand.IDField]? {
    try space()
    if isNIL() {
      index += 3
      return nil
    }
    var fields: [IMAPCommand.IDField] = []
    try open()
    if peek() != OctetClass.close {
      repeat {
        let name = try string()
        try space()
        let value = try nstring()
        guard fields.count < 30, name.count <= 30, value?.count ?? 0 <= 1_024 else { throw error("ID is too long") }
        fields.append(
          IMAPCommand.IDField(
            name: String(decoding: name, as: UTF8.self), value: value.map { String(decoding: $0, as: UTF8.self) }))
      } while skipSpace()
    }
    try close()
    return fields
  }
}
