extension IMAPCommand {
  /// FETCH (RFC 9051 §6.4.5) with the modifiers of RFC 7162 and RFC 9394.
  public struct Fetch: Sendable, Equatable {
    public var isUID: Bool
    public var set: SequenceSet
    /// In the order written; the macros ALL, FAST and FULL are already replaced by what they stand for.
    public var items: [FetchItem]
    public var changedSince: UInt64?
    /// VANISHED; only with UID FETCH and CHANGEDSINCE (RFC 7162 §3.2.6).
    public var isVanished = false
    /// PARTIAL; only with UID FETCH (RFC 9394 §3.3).
    public var partial: PartialRange?

    public init(isUID: Bool, set: SequenceSet, items: [FetchItem]) {
      self.isUID = isUID
      self.set = set
      self.items = items
    }
  }
}

extension CommandReader {
  mutating func fetchCommand(isUID: Bool) throws(SyntaxError) -> IMAPCommand.Fetch {
    try space()
    let set = try sequenceSet()
    try space()
    var fetch = IMAPCommand.Fetch(isUID: isUID, set: set, items: try fetchItems())
    if skipSpace() { try fetchModifiers(&fetch) }
    return fetch
  }

  private mutating func fetchItems() throws(SyntaxError) -> [FetchItem] {
    if peek() == OctetClass.open { return try list { reader throws(SyntaxError) in try reader.fetchItem() } }
    if let macro = fetchMacro() { return macro }
    // RFC 2683 §3.2.1.2 shows `FETCH 1 UID FLAGS`, which no grammar allows; it stays an error.
    return [try fetchItem()]
  }

  /// RFC 9051 §6.4.5: a macro stands alone.
  private mutating func fetchMacro() -> [FetchItem]? {
    let before = index
    switch Self.capitals(run(OctetClass.isAtom).prefix(8)) {
    case "ALL": return [.flags, .internalDate, .rfc822Size, .envelope]
    case "FAST": return [.flags, .internalDate, .rfc822Size]
    case "FULL": return [.flags, .internalDate, .rfc822Size, .envelope, .body]
    default:
      index = before
      return nil
    }
  }

  private mutating func fetchModifiers(_ fetch: inout IMAPCommand.Fetch) throws(SyntaxError) {
    var found = fetch
    _ = try list { reader throws(SyntaxError) in
      switch try reader.word("Expected a modifier") {
      case "CHANGEDSINCE":
        try reader.space()
        found.changedSince = try reader.modSequence()
      case "VANISHED": found.isVanished = true
      case "PARTIAL":
        try reader.space()
        found.partial = try reader.partialRange()
      default: throw reader.error("Unknown modifier")
      }
    }
    if found.isVanished, !found.isUID || found.changedSince == nil {
      throw error("VANISHED needs UID FETCH and CHANGEDSINCE")
    }
    if found.partial != nil, !found.isUID { throw error("PARTIAL needs UID FETCH") }
    fetch = found
  }
}
