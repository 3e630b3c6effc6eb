/// A message flag or keyword (RFC 9051 §2.3.2). Flags ignore ASCII case; a keyword keeps the case it was written in.
public enum IMAPFlag: Sendable {
  case seen, answered, flagged, deleted, draft
  /// `\Recent`: a server's word in IMAP4rev1 only; no client may set it.
  case recent
  /// `$Forwarded`, `$Junk`, or any other atom.
  case keyword(String)
  /// `\` and an atom that no RFC defines.
  case `extension`(String)

  /// The flag as it goes on the wire.
  public var name: String {
    switch self {
    case .keyword(let word): word
    case .extension(let word): "\\" + word
    default: systemName.map { "\($0)" } ?? ""
    }
  }

  /// The name of a flag that RFC 9051 or RFC 3501 defines.
  var systemName: StaticString? {
    switch self {
    case .seen: "\\Seen"
    case .answered: "\\Answered"
    case .flagged: "\\Flagged"
    case .deleted: "\\Deleted"
    case .draft: "\\Draft"
    case .recent: "\\Recent"
    case .keyword, .extension: nil
    }
  }

  /// From a name with its backslash; the atom is not checked.
  public init(_ name: String) {
    guard name.utf8.first == OctetClass.backslash else {
      self = .keyword(name)
      return
    }
    let word = String(name.dropFirst())
    let system: [(String, IMAPFlag)] = [
      ("seen", .seen), ("answered", .answered), ("flagged", .flagged), ("deleted", .deleted), ("draft", .draft),
      ("recent", .recent),
    ]
    self = system.first { $0.0.equalsIgnoringASCIICase(word) }?.1 ?? .extension(word)
  }

  /// Whether a text can be a keyword: an atom.
  public static func isKeyword(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(OctetClass.isAtom) }
}

extension IMAPFlag: Hashable {
  public static func == (left: IMAPFlag, right: IMAPFlag) -> Bool {
    left.name.equalsIgnoringASCIICase(right.name)
  }

  public func hash(into hasher: inout Hasher) {
    for octet in name.utf8 { hasher.combine(OctetClass.lowercased(octet)) }
  }
}

extension CommandReader {
  /// flag, without `\Recent` and `\*`, which only servers send.
  mutating func flag() throws(SyntaxError) -> IMAPFlag {
    if skip(OctetClass.backslash) {
      let flag = IMAPFlag("\\" + (try atom("Expected a flag")))
      guard flag != .recent else { throw error("\\Recent cannot be set") }
      return flag
    }
    return .keyword(try atom("Expected a flag"))
  }

  /// flag-list: `(` flags `)`, which may be empty.
  mutating func flagList() throws(SyntaxError) -> [IMAPFlag] {
    try list(minimum: 0) { reader throws(SyntaxError) in try reader.flag() }
  }
}
