/// What a search is to return (RFC 9051 §6.4.4, RFC 4731, 5182, 5267, 6203, 9394).
public struct SearchReturn: Sendable, Equatable {
  public var min = false
  public var max = false
  public var all = false
  public var count = false
  /// Keep the result as `$`.
  public var save = false
  /// RFC 6203
  public var relevancy = false
  public var partial: PartialRange?
  /// RFC 5267
  public var context = false
  public var update = false
  /// RFC 5465 §6.1: what to fetch of messages that join an updated search.
  public var updateItems: [FetchItem] = []

  public init() {}

  /// `RETURN ()` means ALL (RFC 4731 §3.1).
  var isEmpty: Bool { self == SearchReturn() }
}

extension IMAPCommand {
  /// SEARCH or UID SEARCH.
  public struct Search: Sendable, Equatable {
    public var isUID: Bool
    /// Nil without RETURN: the answer is then SEARCH in IMAP4rev1 and ESEARCH with ALL in IMAP4rev2.
    public var returns: SearchReturn?
    /// As written; the key's texts are decoded already.
    public var charset: String?
    public var key: SearchKey

    public init(isUID: Bool, returns: SearchReturn? = nil, charset: String? = nil, key: SearchKey) {
      self.isUID = isUID
      self.returns = returns
      self.charset = charset
      self.key = key
    }
  }
}

extension CommandReader {
  mutating func searchCommand(isUID: Bool) throws(SyntaxError) -> IMAPCommand.Search {
    try space()
    let returns = try searchReturn()
    let program = try searchProgram()
    return IMAPCommand.Search(isUID: isUID, returns: returns, charset: program.charset, key: program.key)
  }

  /// `RETURN (…) SP`, or nil when it is not next.
  mutating func searchReturn() throws(SyntaxError) -> SearchReturn? {
    guard skipWord("RETURN ") else { return nil }
    var returns = SearchReturn()
    _ = try list(minimum: 0) { reader throws(SyntaxError) in try reader.searchReturnOption(&returns) }
    if returns.isEmpty { returns.all = true }
    // RFC 9394 §3.1: the same command cannot have both.
    if returns.partial != nil, returns.all { throw error("PARTIAL and ALL exclude each other") }
    try space()
    return returns
  }

  private mutating func searchReturnOption(_ returns: inout SearchReturn) throws(SyntaxError) {
    switch try word("Expected a return option") {
    case "MIN": returns.min = true
    case "MAX": returns.max = true
    case "ALL": returns.all = true
    case "COUNT": returns.count = true
    case "SAVE": returns.save = true
    case "RELEVANCY": returns.relevancy = true
    case "CONTEXT": returns.context = true
    case "UPDATE":
      returns.update = true
      if peek() == OctetClass.space, peek(1) == OctetClass.open {
        index += 1
        returns.updateItems = try list { reader throws(SyntaxError) in try reader.fetchItem() }
      }
    case "PARTIAL":
      try space()
      returns.partial = try partialRange()
    default: throw error("Unknown return option")
    }
  }
}
