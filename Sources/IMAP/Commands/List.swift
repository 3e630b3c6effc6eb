extension IMAPCommand {
  /// LIST in its basic and its extended form (RFC 9051 §6.3.9, RFC 5258).
  public struct List: Sendable, Equatable {
    public var selection: Set<Selection> = []
    public var reference: String
    /// As written, in UTF-8; one without parentheses. An empty one in the basic form asks for the delimiter.
    public var patterns: [String]
    public var returns: Set<Return> = []
    /// RETURN (STATUS (…)) (RFC 5819); empty without it.
    public var status: [StatusItem] = []
    /// RETURN (METADATA (…)) (RFC 9590); empty without it.
    public var metadata: [String] = []
    /// True for selection options, a list of patterns or RETURN, even when empty: RFC 5258 §3 gives it other rules.
    public var isExtended = false

    public enum Selection: String, Sendable, Hashable {
      case subscribed = "SUBSCRIBED"
      case remote = "REMOTE"
      case recursiveMatch = "RECURSIVEMATCH"
      /// RFC 6154 §2
      case specialUse = "SPECIAL-USE"
    }

    public enum Return: String, Sendable, Hashable {
      case subscribed = "SUBSCRIBED"
      case children = "CHILDREN"
      case specialUse = "SPECIAL-USE"
      /// RFC 8440
      case myRights = "MYRIGHTS"
    }

    public init(reference: String, patterns: [String]) {
      self.reference = reference
      self.patterns = patterns
    }
  }
}

extension CommandReader {
  mutating func listCommand() throws(SyntaxError) -> IMAPCommand.List {
    var list = IMAPCommand.List(reference: "", patterns: [])
    try space()
    if peek() == OctetClass.open {
      list.isExtended = true
      list.selection = try listSelection()
      try space()
    }
    list.reference = try mailboxText(astring("Expected a reference name"))
    try space()
    if peek() == OctetClass.open {
      list.isExtended = true
      list.patterns = try self.list { reader throws(SyntaxError) in try reader.listMailbox() }
    } else {
      list.patterns = [try listMailbox()]
    }
    if skipSpace() {
      guard skipWord("RETURN ") else { throw error("Expected RETURN") }
      list.isExtended = true
      try listReturns(&list)
    }
    return list
  }

  private mutating func listSelection() throws(SyntaxError) -> Set<IMAPCommand.List.Selection> {
    let options = try list(minimum: 0) { reader throws(SyntaxError) in
      guard let option = IMAPCommand.List.Selection(rawValue: try reader.word("Expected a selection option")) else {
        throw reader.error("Unknown selection option")
      }
      return option
    }
    let selection = Set(options)
    // RFC 5258 §3.1: RECURSIVEMATCH needs an option that can stand alone. RFC 6154 §2 makes SPECIAL-USE such a one in
    // effect; its ABNF files it under the independent ones.
    if selection.contains(.recursiveMatch), selection.isDisjoint(with: [.subscribed, .specialUse]) {
      throw error("RECURSIVEMATCH needs another selection option")
    }
    return selection
  }

  private mutating func listReturns(_ list: inout IMAPCommand.List) throws(SyntaxError) {
    var found = list
    _ = try self.list(minimum: 0) { reader throws(SyntaxError) in
      let word = try reader.word("Expected a return option")
      if word == "STATUS" {
        try reader.space()
        found.status = try reader.statusItems()
      } else if word == "METADATA" {
        try reader.space()
        found.metadata = try reader.list { reader throws(SyntaxError) in try reader.metadataEntry() }
      } else if let option = IMAPCommand.List.Return(rawValue: word) {
        found.returns.insert(option)
      } else {
        throw reader.error("Unknown return option")
      }
    }
    list = found
  }

  /// LSUB (RFC 3501 §6.3.9)
  mutating func lsubCommand() throws(SyntaxError) -> IMAPCommand {
    try space()
    let reference = try mailboxText(astring("Expected a reference name"))
    try space()
    return .lsub(reference: reference, pattern: try listMailbox())
  }
}
