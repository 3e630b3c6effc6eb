internal import Mail

extension CommandReader {
  /// `[CHARSET charset SP] search-key *(SP search-key)`
  mutating func searchProgram() throws(SyntaxError) -> (charset: String?, key: SearchKey) {
    var charset: SearchCharset = .utf8
    var name: String?
    if skipWord("CHARSET ") {
      let word = try charsetName()
      name = word
      charset = try SearchCharset(word, at: index)
      try space()
    }
    return (name, try searchKeys(charset))
  }

  /// charset: an atom or a quoted string.
  mutating func charsetName() throws(SyntaxError) -> String { try text("Expected a charset") }

  /// `search-key *(SP search-key)`; more than one are an `and`.
  mutating func searchKeys(_ charset: SearchCharset) throws(SyntaxError) -> SearchKey {
    var keys: [SearchKey] = []
    repeat {
      keys.append(try searchKey(charset))
    } while skipSpace()
    return keys.count == 1 ? keys[0] : .and(keys)
  }

  mutating func searchKey(_ charset: SearchCharset) throws(SyntaxError) -> SearchKey {
    guard let octet = peek() else { throw error("Expected a search key") }
    if octet == OctetClass.open {
      try enter()
      defer { leave() }
      index += 1
      let key = try searchKeys(charset)
      try close()
      return key
    }
    if OctetClass.isDigit(octet) || octet == 0x2A || octet == 0x24 { return .set(try sequenceSet()) }
    let word = try word("Expected a search key")
    if let key = Self.plainSearchKeys[word] { return key }
    try space()
    return try searchKey(named: word, charset)
  }

  /// The keys without an argument.
  private static let plainSearchKeys: [String: SearchKey] = [
    "ALL": .all, "ANSWERED": .flag(.answered), "DELETED": .flag(.deleted), "DRAFT": .flag(.draft),
    "FLAGGED": .flag(.flagged), "SEEN": .flag(.seen),
    "UNANSWERED": .not(.flag(.answered)), "UNDELETED": .not(.flag(.deleted)), "UNDRAFT": .not(.flag(.draft)),
    "UNFLAGGED": .not(.flag(.flagged)), "UNSEEN": .not(.flag(.seen)),
    "RECENT": .recent, "OLD": .not(.recent), "NEW": .and([.recent, .not(.flag(.seen))]),
    "SAVEDATESUPPORTED": .saveDateSupported,
  ]

  private mutating func searchKey(named word: String, _ charset: SearchCharset) throws(SyntaxError) -> SearchKey {
    switch word {
    case "BCC", "CC", "FROM", "SUBJECT", "TO": .header(name: word, text: try searchText(charset))
    case "HEADER": try headerSearchKey(charset)
    case "BODY": .body(try searchText(charset))
    case "TEXT": .text(try searchText(charset))
    case "KEYWORD": .flag(.keyword(try atom("Expected a keyword")))
    case "UNKEYWORD": .not(.flag(.keyword(try atom("Expected a keyword"))))
    case "LARGER": .larger(try number64())
    case "SMALLER": .smaller(try number64())
    case "OLDER": .older(try nzNumber())
    case "YOUNGER": .younger(try nzNumber())
    case "UID": .uid(try sequenceSet())
    case "NOT", "OR", "FUZZY": try nestedSearchKey(word, charset)
    case "MODSEQ": try modSequenceSearchKey()
    case "EMAILID": .emailID(try objectID())
    case "THREADID": .threadID(try objectID())
    case "FILTER": .filter(try atom("Expected a filter name"))
    default: try dateSearchKey(word)
    }
  }

  private mutating func dateSearchKey(_ word: String) throws(SyntaxError) -> SearchKey {
    let key: (CivilDate) -> SearchKey
    switch word {
    case "BEFORE": key = SearchKey.before
    case "ON": key = SearchKey.on
    case "SINCE": key = SearchKey.since
    case "SENTBEFORE": key = SearchKey.sentBefore
    case "SENTON": key = SearchKey.sentOn
    case "SENTSINCE": key = SearchKey.sentSince
    case "SAVEDBEFORE": key = SearchKey.savedBefore
    case "SAVEDON": key = SearchKey.savedOn
    case "SAVEDSINCE": key = SearchKey.savedSince
    default: throw error("Unknown search key")
    }
    return key(try date())
  }

  private mutating func nestedSearchKey(_ word: String, _ charset: SearchCharset) throws(SyntaxError) -> SearchKey {
    try enter()
    defer { leave() }
    let key = try searchKey(charset)
    switch word {
    case "NOT": return .not(key)
    case "FUZZY": return .fuzzy(key)
    default: return try alternatives(to: key, charset)
    }
  }

  /// The second key of OR, and the keys of the ORs that it is: `OR a OR b OR c d` is how a client asks for many alternatives, and no
  /// nesting. As a tree it is made as flat as it can be.
  private mutating func alternatives(to first: SearchKey, _ charset: SearchCharset) throws(SyntaxError) -> SearchKey {
    var keys = [first]
    try space()
    while skipWord("OR ") {
      guard keys.count < options.limits.alternatives else {
        throw SyntaxError(code: .limit, text: "Too many alternatives", offset: index)
      }
      keys.append(try searchKey(charset))
      try space()
    }
    keys.append(try searchKey(charset))
    return Self.anyOf(keys[...])
  }

  private static func anyOf(_ keys: ArraySlice<SearchKey>) -> SearchKey {
    if keys.count == 1 { return keys[keys.startIndex] }
    let middle = keys.startIndex + keys.count / 2
    return .or(anyOf(keys[..<middle]), anyOf(keys[middle...]))
  }

  private mutating func headerSearchKey(_ charset: SearchCharset) throws(SyntaxError) -> SearchKey {
    let name = try text("Expected a header field name")
    try space()
    return .header(name: name, text: try searchText(charset))
  }

  /// RFC 7162 §3.1.5: `MODSEQ ["/flags/…" all] n`
  private mutating func modSequenceSearchKey() throws(SyntaxError) -> SearchKey {
    guard peek() == OctetClass.quote else { return .modSequence(try number64(), entry: nil) }
    let name = try utf8(quoted())
    let prefix = "/flags/"
    guard name.prefix(prefix.count).equalsIgnoringASCIICase(prefix), name.count > prefix.count else {
      throw error("Expected a /flags/ entry")
    }
    try space()
    guard let kind = SearchKey.ModSequenceEntry.Kind(rawValue: try word("Expected an entry type")) else {
      throw error("Expected priv, shared or all")
    }
    try space()
    let flag = IMAPFlag(String(name.dropFirst(prefix.count)))
    return .modSequence(try number64(), entry: .init(flag: flag, kind: kind))
  }

  /// objectid (RFC 8474 §7), which a client may quote.
  private mutating func objectID() throws(SyntaxError) -> String {
    let octets = try astring("Expected an object identifier")
    guard !octets.isEmpty, octets.count <= 255 else { throw error("Expected an object identifier") }
    return try utf8(octets)
  }

  private mutating func searchText(_ charset: SearchCharset) throws(SyntaxError) -> String {
    let octets = try astring()
    guard let text = charset.decode(octets) else {
      throw SyntaxError(text: "Text is not in the charset of the search", offset: index)
    }
    return text
  }
}

/// The charset of a search's strings.
struct SearchCharset {
  /// Nil stands for UTF-8.
  private var name: String?

  static let utf8 = SearchCharset(name: nil)

  private init(name: String?) { self.name = name }

  /// RFC 9051 §6.4.4: an unknown one is answered NO [BADCHARSET (…)].
  init(_ name: String, at offset: Int) throws(SyntaxError) {
    // US-ASCII is read as UTF-8, its superset.
    let key = String(decoding: name.utf8.map(OctetClass.lowercased), as: UTF8.self)
    if key == "utf-8" || key == "us-ascii" {
      self.name = nil
    } else if Self.names.contains(key) {
      self.name = key
    } else {
      throw SyntaxError(
        condition: .no, code: .badCharset(["US-ASCII", "UTF-8"]), text: "Unknown charset", offset: offset)
    }
  }

  /// Nil when octets are not UTF-8 although they should be; other charsets decode as well as they can.
  func decode(_ octets: [UInt8]) -> String? {
    guard let name else { return String(validating: octets, as: UTF8.self) }
    return CharsetDecoder().decode(octets, charset: name)
  }

  /// MIME names that clients of other days still use; all of them known to `CharsetDecoder`.
  private static let names: Set<String> = {
    var names: Set<String> = [
      "koi8-r", "koi8-u", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "tis-620",
    ]
    for part in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16] { names.insert("iso-8859-\(part)") }
    for page in 1_250...1_258 { names.insert("windows-\(page)") }
    return names
  }()
}
