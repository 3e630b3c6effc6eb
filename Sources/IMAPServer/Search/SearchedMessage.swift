import IMAP
import Mail

/// One message while a search looks into it: parsed only as far as the tests ask, each part once.
final class SearchedMessage {
  private let bytes: [UInt8]
  private let decoder: CharsetDecoder
  private lazy var header = HeaderBlock(scanning: bytes)
  private lazy var structure = MIMEScanner.scan(bytes)
  private lazy var foldedHeader = SearchText.fold(decodedHeader())
  private lazy var foldedBody = decodedBody()

  init(_ bytes: [UInt8], decoder: CharsetDecoder) {
    self.bytes = bytes
    self.decoder = decoder
  }

  /// The day of the Date field as written, in days since 1970; its time and zone disregarded (RFC 9051 §6.4.4 SENTON).
  var sentDay: Int? {
    let bytes = bytes
    guard let value = header.value("Date", in: bytes.span), let date = MailDate.parse(value) else { return nil }
    return date.civil.date.daysSinceEpoch
  }

  /// Whether a field of this name has the text in its decoded value; the empty text asks whether the field is there.
  func hasField(_ name: [UInt8], containing text: SearchText) -> Bool {
    let bytes = bytes
    for field in header.all(name, in: bytes.span) {
      if text.isEmpty { return true }
      let value = field.unfolded(in: bytes.span)
      if text.isIn(SearchText.fold(decoded(value))) { return true }
    }
    return false
  }

  func headerContains(_ text: SearchText) -> Bool { text.isIn(foldedHeader) }

  /// Whether a text part, an embedded message's header or an attachment's name contains the text.
  func bodyContains(_ text: SearchText) -> Bool { foldedBody.contains { text.isIn($0) } }

  private func decoded(_ value: [UInt8]) -> [UInt8] { Array(EncodedWord.decode(value, decoder: decoder).utf8) }

  /// The whole header, unfolded and decoded, a line a field.
  private func decodedHeader() -> [UInt8] {
    decodedHeader(header)
  }

  private func decodedHeader(_ block: HeaderBlock) -> [UInt8] {
    let bytes = bytes
    var text: [UInt8] = []
    for field in block.fields {
      text += ASCII.copy(bytes.span, field.name)
      text += [0x3A, ASCII.space]
      text += decoded(field.unfolded(in: bytes.span))
      text.append(ASCII.lf)
    }
    return text
  }

  private func decodedBody() -> [[UInt8]] {
    let bytes = bytes
    var texts: [[UInt8]] = []
    for (index, part) in structure.parts.enumerated() {
      if index > 0 {
        // The header of a part holds its file name; that of an embedded message is text of the body.
        let block = HeaderBlock(
          scanning: bytes.span, from: part.headerRange.lowerBound, to: part.headerRange.upperBound)
        texts.append(SearchText.fold(decodedHeader(block)))
      }
      if part.kind == .single, part.isText {
        texts.append(SearchText.fold(Array(part.text(in: bytes.span, decoder: decoder).utf8)))
      }
    }
    return texts
  }
}
