public import Mail

/// BODYSTRUCTURE (or BODY, without the extension data) as octets ready for a FETCH response (RFC 9051 §7.5.2).
///
/// Well-formed for every structure, broken MIME included, and the same for every session, like `EnvelopeText`.
public enum BodyStructureText {
  /// The structure of `message`, which `structure` was scanned from.
  public static func render(_ structure: MIMEStructure, _ message: Span<UInt8>, extensible: Bool) -> [UInt8] {
    var text: [UInt8] = []
    append(0, structure, message, extensible, to: &text)
    return text
  }

  /// Recursion is bounded by `MailLimits.depth`.
  private static func append(
    _ index: Int, _ structure: MIMEStructure, _ message: Span<UInt8>, _ extensible: Bool, to text: inout [UInt8]
  ) {
    guard structure.parts.indices.contains(index) else { return appendEmptyText(extensible, to: &text) }
    let part = structure.parts[index]
    text.append(OctetClass.open)
    switch part.kind {
    case .multipart: appendMultipart(index, structure, message, extensible, to: &text)
    case .message: appendMessage(index, structure, message, extensible, to: &text)
    case .single: appendSingle(part, message, extensible, to: &text)
    }
    text.append(OctetClass.close)
  }

  private static func appendMultipart(
    _ index: Int, _ structure: MIMEStructure, _ message: Span<UInt8>, _ extensible: Bool, to text: inout [UInt8]
  ) {
    let part = structure.parts[index]
    let children = structure.children(of: index)
    // The grammar wants at least one part: a multipart without any shows an empty text.
    if children.isEmpty { appendEmptyText(extensible, to: &text) }
    for child in children { append(child, structure, message, extensible, to: &text) }
    text.append(0x20)
    appendWord(part.subtype, to: &text)
    guard extensible else { return }
    text.append(0x20)
    append(part.contentType(in: message).parameters, to: &text)
    appendExtension(part, message, to: &text)
  }

  private static func appendMessage(
    _ index: Int, _ structure: MIMEStructure, _ message: Span<UInt8>, _ extensible: Bool, to text: inout [UInt8]
  ) {
    let part = structure.parts[index]
    appendFields(part, type: part.type, subtype: part.subtype, message, to: &text)
    text.append(0x20)
    let child = index + 1
    let range = structure.parts.indices.contains(child) ? structure.parts[child].headerRange : part.bodyRange
    let header = HeaderBlock(scanning: message, from: range.lowerBound, to: range.upperBound)
    EnvelopeText.append(header, in: message, to: &text)
    text.append(0x20)
    append(child, structure, message, extensible, to: &text)
    text.append(0x20)
    text.appendDecimal(UInt64(max(0, part.lineCount)))
    if extensible { appendSingleExtension(part, message, to: &text) }
  }

  private static func appendSingle(
    _ part: MIMEPart, _ message: Span<UInt8>, _ extensible: Bool, to text: inout [UInt8]
  ) {
    // A container that lies too deep to be described is shown as plain octets: with its own type clients would look
    // for an envelope or for parts.
    let isContainer =
      part.type == "multipart" || (part.type == "message" && (part.subtype == "rfc822" || part.subtype == "global"))
    let type = isContainer ? "application" : part.type
    appendFields(part, type: type, subtype: isContainer ? "octet-stream" : part.subtype, message, to: &text)
    if type == "text" {
      text.append(0x20)
      text.appendDecimal(UInt64(max(0, part.lineCount)))
    }
    if extensible { appendSingleExtension(part, message, to: &text) }
  }

  /// media-type SP media-subtype SP body-fields
  private static func appendFields(
    _ part: MIMEPart, type: String, subtype: String, _ message: Span<UInt8>, to text: inout [UInt8]
  ) {
    appendWord(type, to: &text)
    text.append(0x20)
    appendWord(subtype, to: &text)
    text.append(0x20)
    append(part.contentType(in: message).parameters, isText: type == "text", to: &text)
    text.append(0x20)
    StructuredText.append(bounded(part.id(in: message)), to: &text)
    text.append(0x20)
    StructuredText.append(bounded(part.description(in: message)), to: &text)
    text.append(0x20)
    StructuredText.append(Array(part.encodingWord(in: message).prefix(64)), to: &text)
    text.append(0x20)
    text.appendDecimal(UInt64(part.bodyRange.count))
  }

  /// `SP md5 SP disposition SP language SP location`
  private static func appendSingleExtension(_ part: MIMEPart, _ message: Span<UInt8>, to text: inout [UInt8]) {
    text.append(0x20)
    StructuredText.append(bounded(part.md5(in: message)), to: &text)
    appendExtension(part, message, to: &text)
  }

  /// `SP disposition SP language SP location`
  private static func appendExtension(_ part: MIMEPart, _ message: Span<UInt8>, to text: inout [UInt8]) {
    text.append(0x20)
    if let disposition = part.disposition(in: message) {
      text.append(OctetClass.open)
      appendWord(disposition.type, to: &text)
      text.append(0x20)
      append(disposition.parameters, to: &text)
      text.append(OctetClass.close)
    } else {
      StructuredText.appendNIL(to: &text)
    }
    text.append(0x20)
    appendLanguages(part.languages(in: message), to: &text)
    text.append(0x20)
    StructuredText.append(bounded(part.location(in: message)), to: &text)
  }

  private static func appendLanguages(_ tags: [[UInt8]], to text: inout [UInt8]) {
    guard tags.count > 1 else { return StructuredText.append(tags.first, to: &text) }
    text.append(OctetClass.open)
    for (at, tag) in tags.enumerated() {
      if at > 0 { text.append(0x20) }
      StructuredText.append(tag, to: &text)
    }
    text.append(OctetClass.close)
  }

  /// body-fld-param, with the continuations of RFC 2231 joined (§6 there).
  ///
  /// `isText`: a text without a charset is US-ASCII (RFC 2045 §5.2, RFC 2046 §4.1.2), and clients are used to be told.
  private static func append(_ list: ParameterList, isText: Bool = false, to text: inout [UInt8]) {
    var parameters = list.joined
    if isText, !parameters.contains(where: { $0.name == "charset" || $0.name == "charset*" }) {
      parameters.append(.init(name: "charset", value: Array("us-ascii".utf8)))
    }
    guard !parameters.isEmpty else { return StructuredText.appendNIL(to: &text) }
    text.append(OctetClass.open)
    for (at, parameter) in parameters.enumerated() {
      if at > 0 { text.append(0x20) }
      appendWord(parameter.name, to: &text)
      text.append(0x20)
      StructuredText.append(bounded(parameter.value), to: &text)
    }
    text.append(OctetClass.close)
  }

  private static func appendWord(_ word: String, to text: inout [UInt8]) {
    StructuredText.append(Array(word.utf8), to: &text)
  }

  private static func bounded(_ value: [UInt8]?) -> [UInt8]? {
    value.map { $0.count > EnvelopeText.longestValue ? Array($0.prefix(EnvelopeText.longestValue)) : $0 }
  }

  private static func appendEmptyText(_ extensible: Bool, to text: inout [UInt8]) {
    text.append(contentsOf: "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0".utf8)
    if extensible { text.append(contentsOf: " NIL NIL NIL NIL".utf8) }
    text.append(OctetClass.close)
  }
}
