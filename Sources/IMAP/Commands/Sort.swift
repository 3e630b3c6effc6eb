/// One criterion of SORT (RFC 5256 §3, RFC 5957, RFC 6203).
public struct SortCriterion: Sendable, Equatable {
  public enum Key: String, Sendable, CaseIterable {
    case arrival = "ARRIVAL"
    case cc = "CC"
    case date = "DATE"
    case from = "FROM"
    case size = "SIZE"
    case subject = "SUBJECT"
    case to = "TO"
    case displayFrom = "DISPLAYFROM"
    case displayTo = "DISPLAYTO"
    case relevancy = "RELEVANCY"
  }

  public var key: Key
  public var isReverse: Bool

  public init(_ key: Key, isReverse: Bool = false) {
    self.key = key
    self.isReverse = isReverse
  }
}

extension IMAPCommand {
  /// SORT or UID SORT (RFC 5256, RFC 5267 for RETURN).
  public struct Sort: Sendable, Equatable {
    public var isUID: Bool
    public var returns: SearchReturn?
    public var criteria: [SortCriterion]
    public var charset: String
    public var key: SearchKey

    public init(
      isUID: Bool, returns: SearchReturn? = nil, criteria: [SortCriterion], charset: String, key: SearchKey
    ) {
      self.isUID = isUID
      self.returns = returns
      self.criteria = criteria
      self.charset = charset
      self.key = key
    }
  }

  /// THREAD or UID THREAD (RFC 5256).
  public struct ThreadSearch: Sendable, Equatable {
    public var isUID: Bool
    /// ORDEREDSUBJECT, REFERENCES, REFS or another, in capitals.
    public var algorithm: String
    public var charset: String
    public var key: SearchKey

    public init(isUID: Bool, algorithm: String, charset: String, key: SearchKey) {
      self.isUID = isUID
      self.algorithm = algorithm
      self.charset = charset
      self.key = key
    }
  }
}

extension CommandReader {
  mutating func sortCommand(isUID: Bool) throws(SyntaxError) -> IMAPCommand.Sort {
    try space()
    let returns = try searchReturn()
    let criteria = try list { reader throws(SyntaxError) in try reader.sortCriterion() }
    try space()
    let criterion = try searchCriteria()
    return IMAPCommand.Sort(
      isUID: isUID, returns: returns, criteria: criteria, charset: criterion.charset, key: criterion.key)
  }

  mutating func threadCommand(isUID: Bool) throws(SyntaxError) -> IMAPCommand.ThreadSearch {
    try space()
    let algorithm = try word("Expected a threading algorithm")
    try space()
    let criterion = try searchCriteria()
    return IMAPCommand.ThreadSearch(
      isUID: isUID, algorithm: algorithm, charset: criterion.charset, key: criterion.key)
  }

  private mutating func sortCriterion() throws(SyntaxError) -> SortCriterion {
    let isReverse = skipWord("REVERSE ")
    guard let key = SortCriterion.Key(rawValue: try word("Expected a sort key")) else {
      throw error("Unknown sort key")
    }
    return SortCriterion(key, isReverse: isReverse)
  }

  /// search-criteria: here the charset is not optional (RFC 5256 §5).
  private mutating func searchCriteria() throws(SyntaxError) -> (charset: String, key: SearchKey) {
    let name = try charsetName()
    let charset = try SearchCharset(name, at: index)
    try space()
    return (name, try searchKeys(charset))
  }
}
