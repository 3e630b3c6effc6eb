import IMAP
import Mail
package import Store

/// The one parse of a message at delivery: everything that lists and searches ask later without reading the message again.
package enum Derivation {
  /// RFC 8970 §3.1: a preview has at most 256 characters; 200 fill two lines of a phone.
  private static let previewCharacters = 200
  /// The most Message-IDs kept of one message's References.
  private static let threadKeyLimit = 100

  /// What the store keeps beside a message. Pure; never fails, whatever the bytes are.
  package static func derive(_ message: UnsafeRawBufferPointer) -> Derived {
    message.withMemoryRebound(to: UInt8.self) { derive($0.span) }
  }

  private static func derive(_ message: Span<UInt8>) -> Derived {
    let structure = MIMEScanner.scan(message)
    let header = HeaderBlock(scanning: message)
    let decoder = CharsetDecoder()
    var derived = Derived(
      envelope: EnvelopeText.render(header, in: message),
      structure: BodyStructureText.render(structure, message, extensible: true))
    derived.isInternationalized = Downgrade.isNeeded(message, structure)
    derived.preview = Preview.text(of: structure, in: message, decoder: decoder, characters: previewCharacters)
    derived.sentAt = header.value("Date", in: message).flatMap { MailDate.parse($0) }?.seconds
    let ids = messageIDs(header.value("Message-ID", in: message))
    derived.messageID = ids.first
    let references = messageIDs(header.value("References", in: message))
    let answered = references.isEmpty ? messageIDs(header.value("In-Reply-To", in: message)).prefix(1) : references[...]
    derived.threadKeys = Array((answered + ids.prefix(1)).suffix(threadKeyLimit))
    derived.subject = header.value("Subject", in: message).map { EncodedWord.decode($0, decoder: decoder) } ?? ""
    derived.wireSize = wireSize(message, structure)
    derived.threadHashes = ThreadKey.hashes(ids: derived.threadKeys, subject: derived.subject)
    return derived
  }

  /// RFC 1939 §11: LIST says what RETR sends. Nearly always nil: lines end in CRLF, header fields are ASCII.
  private static func wireSize(_ message: Span<UInt8>, _ structure: MIMEStructure) -> WireSize? {
    let surplus = message.withUnsafeBytes { LineEndSurplus.count($0) }
    guard let pieces = Downgrade.pieces(of: message, structure) else {
      return surplus == 0 ? nil : WireSize(surplus: surplus, plainSurplus: surplus, isPlain: true)
    }
    // The pieces that replace others have CRLF; what is kept may end a line across two pieces, so it is counted joined.
    var plain: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .original(let range): message.extracting(range).withUnsafeBufferPointer { plain += $0 }
      case .replaced(let octets): plain += octets
      }
    }
    let size = plain.count + plain.withUnsafeBytes { LineEndSurplus.count($0) }
    return WireSize(surplus: surplus, plainSurplus: size - message.count, isPlain: false)
  }

  /// The ids between angle brackets, in order.
  private static func messageIDs(_ value: [UInt8]?) -> [String] {
    guard let value else { return [] }
    var ids: [String] = []
    var rest = value[...]
    while let open = rest.firstIndex(of: 0x3C), ids.count < 1_000 {
      rest = rest[(open + 1)...]
      guard let close = rest.firstIndex(of: 0x3E) else { break }
      // RFC 5256 §3: a quoted local part and a bare one are the same Message-ID.
      let id = rest[..<close].filter { !ASCII.isFWS($0) && $0 != ASCII.quote }
      if !id.isEmpty, id.count <= 998 { ids.append(String(decoding: id, as: UTF8.self)) }
      rest = rest[(close + 1)...]
    }
    return ids
  }
}
