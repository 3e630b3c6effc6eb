/// One thing that FETCH can be asked for (RFC 9051 §6.4.5 and extensions).
public enum FetchItem: Sendable, Hashable {
  case envelope, flags, internalDate, uid
  case rfc822Size
  /// `BODY` without brackets: the structure without its extension data.
  case body
  case bodyStructure
  /// RFC 3501: `RFC822`, `RFC822.HEADER` and `RFC822.TEXT` are BODY[], BODY.PEEK[HEADER] and BODY[TEXT] under their old
  /// names, which the response keeps.
  case rfc822, rfc822Header, rfc822Text
  /// `BODY[…]<…>` and `BODY.PEEK[…]<…>`.
  case section(SectionSpec, isPeek: Bool, partial: PartialFetch?)
  /// RFC 3516
  case binary(SectionSpec, isPeek: Bool, partial: PartialFetch?)
  case binarySize(SectionSpec)
  /// RFC 7162
  case modSequence
  /// RFC 8474
  case emailID, threadID
  /// RFC 8514
  case saveDate
  /// RFC 8970
  case preview(isLazy: Bool)

  /// Whether fetching it sets `\Seen` (RFC 9051 §6.4.5).
  public var setsSeen: Bool {
    switch self {
    case .rfc822, .rfc822Text: true
    case .section(_, let isPeek, _), .binary(_, let isPeek, _): !isPeek
    default: false
    }
  }

  /// Whether it needs the message's own bytes, not only what is known about it.
  public var needsContent: Bool {
    switch self {
    case .rfc822, .rfc822Header, .rfc822Text, .section, .binary, .binarySize: true
    default: false
    }
  }
}

extension CommandReader {
  /// fetch-att
  mutating func fetchItem() throws(SyntaxError) -> FetchItem {
    let name = Self.capitals(run { OctetClass.isAtom($0) && $0 != 0x5B })
    if peek() == 0x5B { return try bracketedFetchItem(name) }
    switch name {
    case "ENVELOPE": return .envelope
    case "FLAGS": return .flags
    case "INTERNALDATE": return .internalDate
    case "UID": return .uid
    case "RFC822.SIZE": return .rfc822Size
    case "BODY": return .body
    case "BODYSTRUCTURE": return .bodyStructure
    case "RFC822": return .rfc822
    case "RFC822.HEADER": return .rfc822Header
    case "RFC822.TEXT": return .rfc822Text
    case "MODSEQ": return .modSequence
    case "EMAILID": return .emailID
    case "THREADID": return .threadID
    case "SAVEDATE": return .saveDate
    case "PREVIEW": return .preview(isLazy: try previewModifiers())
    default: throw error("Unknown fetch item")
    }
  }

  private mutating func bracketedFetchItem(_ name: String) throws(SyntaxError) -> FetchItem {
    switch name {
    case "BODY", "BODY.PEEK":
      let spec = try section()
      return .section(spec, isPeek: name == "BODY.PEEK", partial: try partial())
    case "BINARY", "BINARY.PEEK":
      // RFC 9051 §9 section-binary has part numbers alone; imaptest also sends what BODY[…] takes.
      let spec = try section()
      return .binary(spec, isPeek: name == "BINARY.PEEK", partial: try partial(mayOmitCount: true))
    case "BINARY.SIZE": return .binarySize(try section())
    default: throw error("Unknown fetch item")
    }
  }

  /// RFC 8970 §3.2: `(LAZY)` after PREVIEW. A parenthesis after a space can be nothing else within a list of items.
  private mutating func previewModifiers() throws(SyntaxError) -> Bool {
    guard peek() == OctetClass.space, peek(1) == OctetClass.open else { return false }
    // After the last item a parenthesis opens the fetch modifiers instead; only LAZY is ours.
    let before = index
    index += 2
    guard skipWord("LAZY"), skip(OctetClass.close) else {
      index = before
      return false
    }
    return true
  }
}
