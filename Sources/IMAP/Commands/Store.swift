extension IMAPCommand {
  /// STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).
  public struct StoreFlags: Sendable, Equatable {
    public enum Mode: Sendable { case replace, add, remove }

    public var isUID: Bool
    public var set: SequenceSet
    public var mode: Mode
    /// `.SILENT`
    public var isSilent: Bool
    public var flags: [IMAPFlag]
    /// UNCHANGEDSINCE; 0 fails for every message that exists.
    public var unchangedSince: UInt64?

    public init(
      isUID: Bool, set: SequenceSet, mode: Mode, isSilent: Bool = false, flags: [IMAPFlag],
      unchangedSince: UInt64? = nil
    ) {
      self.isUID = isUID
      self.set = set
      self.mode = mode
      self.isSilent = isSilent
      self.flags = flags
      self.unchangedSince = unchangedSince
    }
  }
}

extension CommandReader {
  mutating func storeCommand(isUID: Bool) throws(SyntaxError) -> IMAPCommand.StoreFlags {
    try space()
    let set = try sequenceSet()
    try space()
    var store = IMAPCommand.StoreFlags(isUID: isUID, set: set, mode: .replace, flags: [])
    if peek() == OctetClass.open {
      store.unchangedSince = try storeModifiers()
      try space()
    }
    if skip(0x2B) {
      store.mode = .add
    } else if skip(0x2D) {
      store.mode = .remove
    }
    switch try word("Expected FLAGS") {
    case "FLAGS": break
    case "FLAGS.SILENT": store.isSilent = true
    default: throw error("Expected FLAGS")
    }
    try space()
    store.flags = try storeFlagList()
    return store
  }

  private mutating func storeModifiers() throws(SyntaxError) -> UInt64? {
    var unchangedSince: UInt64?
    _ = try list { reader throws(SyntaxError) in
      guard try reader.word("Expected a modifier") == "UNCHANGEDSINCE", unchangedSince == nil else {
        throw reader.error("Unknown modifier")
      }
      try reader.space()
      unchangedSince = try reader.number64()
    }
    return unchangedSince
  }

  /// flag-list, or flags without parentheses.
  private mutating func storeFlagList() throws(SyntaxError) -> [IMAPFlag] {
    if peek() == OctetClass.open { return try flagList() }
    var flags: [IMAPFlag] = []
    repeat {
      guard flags.count < options.limits.listItems else { throw error("Too many flags") }
      flags.append(try flag())
    } while skipSpace()
    return flags
  }
}
