/// The texts of one message that a search looks at, each decoded, folded and kept only when asked for.
///
/// One definition for the index and for looking into messages one by one, so that both agree. Not Sendable: for one search or one pass.
public final class MessageText {
  /// The header fields that have a search key of their own (RFC 9051 §6.4.4).
  public enum Column: Int, Sendable, CaseIterable {
    case subject, from, to, cc, bcc

    /// The field's name.
    public var name: StaticString {
      switch self {
      case .subject: "Subject"
      case .from: "From"
      case .to: "To"
      case .cc: "Cc"
      case .bcc: "Bcc"
      }
    }

    /// The column of a field's name, case ignored.
    public init?(field name: [UInt8]) {
      guard let found = Self.allCases.first(where: { ASCII.equal(name.span, 0..<name.count, $0.name) }) else {
        return nil
      }
      self = found
    }
  }

  private let bytes: [UInt8]
  private let decoder: CharsetDecoder
  /// Bytes of decoded text that are looked at; nil = all.
  private let limit: Int?
  /// True when `limit` left some text out; known after `body` was asked for.
  public private(set) var isCut = false

  private lazy var block = HeaderBlock(scanning: bytes)
  private lazy var structure = MIMEScanner.scan(bytes)
  /// All header fields, "name: value", a line a field, case-folded.
  public private(set) lazy var header: [UInt8] = fields(block)
  /// Everything below the header, case-folded: text parts (HTML without its markup), the names of attachments, the headers of embedded
  /// messages. A line end stands between them.
  public private(set) lazy var body: [UInt8] = makeBody()
  private lazy var arabicHeader = ArabicFold.fold(header.span)
  private lazy var arabicBody = ArabicFold.fold(body.span)

  /// `decoder` is its user's; `limit` bounds the memory of a message whose text is very long.
  public init(_ bytes: [UInt8], decoder: CharsetDecoder, limit: Int? = nil) {
    self.bytes = bytes
    self.decoder = decoder
    self.limit = limit
  }

  // MARK: Matching

  public func headerContains(_ needle: SearchNeedle) -> Bool { needle.isIn(exact: header, arabic: arabicHeader) }

  public func bodyContains(_ needle: SearchNeedle) -> Bool { needle.isIn(exact: body, arabic: arabicBody) }

  /// Whether a field of this name has the needle in its decoded value; the empty needle asks whether the field is there
  /// (RFC 9051 §6.4.4 HEADER).
  public func hasField(_ name: [UInt8], containing needle: SearchNeedle) -> Bool {
    let bytes = bytes
    for field in block.all(name, in: bytes.span) {
      if needle.isEmpty { return true }
      let value = fold(field)
      if needle.isIn(exact: value, arabic: ArabicFold.fold(value.span)) { return true }
    }
    return false
  }

  /// Whether a column has the needle; the empty needle asks whether its field is there.
  public func hasColumn(_ column: Column, containing needle: SearchNeedle) -> Bool {
    let text = self.column(column)
    return needle.isEmpty ? !text.isEmpty : needle.isIn(exact: text, arabic: ArabicFold.fold(text.span))
  }

  /// The folded values of one of the columns, each behind a line end; empty where no such field is.
  ///
  /// RFC 9051 §6.4.4: FROM and its kin look into the envelope's addresses, so what comments, blanks and quotes hide in a field
  /// (`a(b)@ c.org`) stands behind its value once more.
  public func column(_ column: Column) -> [UInt8] {
    let bytes = bytes
    var text: [UInt8] = []
    for field in block.all(column.name, in: bytes.span) {
      let value = fold(field)
      text.append(ASCII.lf)
      text += value
      guard column != .subject else { continue }
      for mailbox in AddressList.parse(bytes.span, field: field).mailboxes {
        let address = mailbox.localPart + [0x40] + mailbox.domain
        let name = mailbox.displayName(decoder).map { Casemap.fold($0) } ?? []
        for hidden in [Casemap.fold(address.span), name] where !SearchNeedle.contains(value, hidden) {
          text.append(ASCII.lf)
          text += hidden
        }
      }
    }
    return text
  }

  /// The day of the Date field as written, in days since 1970; its time and zone disregarded (RFC 9051 §6.4.4 SENTON).
  public var sentDay: Int? {
    let bytes = bytes
    guard let value = block.value("Date", in: bytes.span), let date = MailDate.parse(value) else { return nil }
    return date.civil.date.daysSinceEpoch
  }

  // MARK: Texts

  private func fold(_ field: HeaderField) -> [UInt8] {
    let bytes = bytes
    return Casemap.fold(EncodedWord.decode(field.unfolded(in: bytes.span), decoder: decoder))
  }

  private func fields(_ block: HeaderBlock) -> [UInt8] {
    let bytes = bytes
    var text: [UInt8] = []
    for field in block.fields {
      if !field.name.isEmpty {
        for index in field.name { text.append(ASCII.lowercased(bytes[index])) }
        text += [0x3A, ASCII.space]
      }
      text += fold(field)
      text.append(ASCII.lf)
    }
    return text
  }

  private func makeBody() -> [UInt8] {
    let bytes = bytes
    var text: [UInt8] = []
    for (index, part) in structure.parts.enumerated() {
      if let limit, text.count >= limit {
        isCut = true
        break
      }
      if index > 0 { partHeader(part, &text) }
      guard part.kind == .single, part.isText || part.type == "message" else { continue }
      let room = limit.map { $0 - text.count } ?? .max
      // A third more than its text at most, so the check may be coarse.
      if part.bodyRange.count > room { isCut = true }
      let content = Array(part.text(in: bytes.span, decoder: decoder, limit: room).utf8)
      if part.subtype == "html" {
        let plain = HTMLText.strip(content.span)
        Casemap.fold(plain.span, into: &text)
      } else {
        Casemap.fold(content.span, into: &text)
      }
      text.append(ASCII.lf)
    }
    return text
  }

  /// Of a part's header its file name and description are text; of an embedded message's header all of it.
  private func partHeader(_ part: MIMEPart, _ text: inout [UInt8]) {
    let bytes = bytes
    if let parent = part.parent, structure.parts[parent].kind == .message {
      text += fields(
        HeaderBlock(scanning: bytes.span, from: part.headerRange.lowerBound, to: part.headerRange.upperBound))
    }
    if let name = part.fileName(in: bytes.span, decoder: decoder) {
      text += Casemap.fold(name)
      text.append(ASCII.lf)
    }
    if let description = part.description(in: bytes.span) {
      text += Casemap.fold(EncodedWord.decode(description, decoder: decoder))
      text.append(ASCII.lf)
    }
  }
}
