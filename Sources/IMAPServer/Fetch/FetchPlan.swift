import IMAP

/// What a FETCH needs, decided once before the first message is looked at.
struct FetchPlan: Sendable {
  let items: [FetchItem]
  let needsDerived: Bool
  /// More of it than the ready texts of ENVELOPE and BODYSTRUCTURE.
  var needsPreview: Bool { items.contains { if case .preview = $0 { true } else { $0 == .threadID } } }
  let needsContent: Bool
  /// Of the messages' octets their own headers are all that is asked for: no body is read for a list.
  let needsHeadersOnly: Bool
  /// Messages without \Seen get it (RFC 9051 §6.4.5).
  let setsSeen: Bool
  /// The sections that BINARY and BINARY.SIZE decode.
  let binarySections: [SectionSpec]

  /// `isUID`: the response has UID whether it was asked for or not (RFC 9051 §6.4.9).
  init(_ fetch: IMAPCommand.Fetch, modes: Modes, isReadOnly: Bool) {
    // Asked twice is told once.
    var items = fetch.items.reduce(into: [FetchItem]()) { if !$0.contains($1) { $0.append($1) } }
    // UIDFETCH names it already (RFC 9586 §3.3).
    if fetch.isUID, !modes.uidOnly, !items.contains(.uid) { items.insert(.uid, at: 0) }
    // RFC 7162 §3.1.4.1: CHANGEDSINCE implies MODSEQ.
    if fetch.changedSince != nil, !items.contains(.modSequence) { items.append(.modSequence) }
    self.items = items
    needsContent = items.contains(where: \.needsContent)
    needsHeadersOnly = items.allSatisfy { item in
      switch item {
      case .rfc822Header: true
      case .section(let spec, _, _), .binary(let spec, _, _), .binarySize(let spec): spec.isOwnHeader
      default: !item.needsContent
      }
    }
    needsDerived = items.contains { item in
      switch item {
      case .envelope, .bodyStructure, .body, .preview, .threadID: true
      default: false
      }
    }
    binarySections = items.compactMap { item in
      switch item {
      case .binary(let spec, isPeek: _, partial: _), .binarySize(let spec): spec
      default: nil
      }
    }
    setsSeen = !isReadOnly && items.contains(where: \.setsSeen)
  }

  /// Whether an internationalised message looks different to a client that takes ASCII headers only.
  var showsHeaders: Bool {
    items.contains { item in
      switch item {
      case .envelope, .bodyStructure, .body, .rfc822Size: true
      default: item.needsContent
      }
    }
  }
}

extension SectionSpec {
  /// The message's own header, or fields of it.
  fileprivate var isOwnHeader: Bool {
    guard part.isEmpty else { return false }
    return switch text {
    case .header, .headerFields, .headerFieldsNot: true
    case .whole, .text, .mime: false
    }
  }
}
