/// A mailbox name as people read it: UTF-8, with INBOX in capitals.
///
/// RFC 9051 §5.1: names are case-sensitive but for INBOX. The empty name is legal in the grammar and means the server
/// itself in METADATA, or "only the delimiter" in LIST. Names are not normalized here: that is the store's rule.
public struct MailboxName: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public static let inbox = MailboxName("INBOX")

  /// From UTF-8 text; any case of INBOX becomes `INBOX`, and so does the first part of `inbox/child`.
  public init(_ text: String) {
    if text.utf8.count >= 5, text.prefix(5).equalsIgnoringASCIICase("INBOX"), text.prefix(5) != "INBOX",
      text.utf8.count == 5 || text.utf8.dropFirst(5).first == 0x2F
    {
      self.text = "INBOX" + text.dropFirst(5)
    } else {
      self.text = text
    }
  }

  /// From a modified UTF-7 name; nil when it is none (RFC 3501 §5.1.3).
  public init?(modifiedUTF7 octets: some Collection<UInt8>) {
    guard let text = ModifiedUTF7.decode(octets) else { return nil }
    self.init(text)
  }

  public var isInbox: Bool { text == "INBOX" }

  /// The modified UTF-7 form, which IMAP4rev1 sessions see.
  public var modifiedUTF7: [UInt8] { ModifiedUTF7.encode(text) }

  public var description: String { text }

  /// Why a mailbox cannot have a name.
  public enum Flaw: Sendable, Equatable {
    case empty
    /// An empty part: a delimiter at the start, the end or twice in a row.
    case emptyPart
    /// A control character, or one of U+2028 and U+2029 (RFC 9051 §5.1).
    case control
    /// `*` or `%`, which LIST could never name (RFC 9051 §5.1 item 2).
    case wildcard
    case tooLong
    case tooDeep
  }

  /// What forbids creating a mailbox of this name, or nil. A trailing delimiter (RFC 9051 §6.3.4) is to be removed first.
  public func flaw(delimiter: Character = "/", maximumBytes: Int = 1_000, maximumDepth: Int = 32) -> Flaw? {
    if text.isEmpty { return .empty }
    if text.utf8.count > maximumBytes { return .tooLong }
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: return .control
      case 0x25, 0x2A: return .wildcard
      default: break
      }
    }
    let parts = text.split(separator: delimiter, omittingEmptySubsequences: false)
    if parts.contains(where: \.isEmpty) { return .emptyPart }
    return parts.count > maximumDepth ? .tooDeep : nil
  }

  /// The names above it, outermost first: `a`, `a/b` for `a/b/c`.
  public func ancestors(delimiter: Character = "/") -> [MailboxName] {
    text.indices.filter { text[$0] == delimiter }.map { MailboxName(String(text[..<$0])) }
  }
}

extension CommandReader {
  /// mailbox
  mutating func mailbox() throws(SyntaxError) -> MailboxName {
    MailboxName(try mailboxText(astring("Expected a mailbox name")))
  }

  /// Turns the octets of a name or a pattern into UTF-8, by the session's mode.
  func mailboxText(_ octets: [UInt8]) throws(SyntaxError) -> String {
    if options.usesUTF8 { return try utf8(octets) }
    guard let text = ModifiedUTF7.decode(octets) else {
      throw SyntaxError(
        condition: .no, code: .cannot, text: "Mailbox name is not valid modified UTF-7", offset: index)
    }
    return text
  }
}
