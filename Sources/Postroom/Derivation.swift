internal import IMAP
internal import Mail
package import Store

/// What one parse of a message at delivery finds out, so that a list of a mailbox never reads a body: the store calls it once
/// a message and keeps the answer.
package enum Derivation {
  /// A thread is found by its nearest ancestors; more only costs.
  private static let mostThreadKeys = 50

  /// Parses a whole message. Never fails: what cannot be read is left out.
  @Sendable package static func derive(_ message: UnsafeRawBufferPointer) -> Derived {
    let bytes = message.assumingMemoryBound(to: UInt8.self).span
    let structure = MIMEScanner.scan(bytes)
    let header = HeaderBlock(scanning: bytes)
    let decoder = CharsetDecoder()
    return Derived(
      envelope: EnvelopeText.render(header, in: bytes),
      structure: BodyStructureText.render(structure, bytes, extensible: true),
      preview: Preview.text(of: structure, in: bytes, decoder: decoder),
      sentAt: header.value("Date", in: bytes).flatMap { MailDate.parse($0)?.seconds },
      messageID: header.value("Message-ID", in: bytes).flatMap { messageIDs(in: $0).first },
      threadKeys: threadKeys(header, bytes),
      subject: header.value("Subject", in: bytes).map { EncodedWord.decode($0, decoder: decoder) } ?? "")
  }

  /// RFC 5256 §3 (REFERENCES), step 1: References, else the first id of In-Reply-To; then the message's own.
  private static func threadKeys(_ header: HeaderBlock, _ bytes: Span<UInt8>) -> [String] {
    var keys = header.value("References", in: bytes).map(messageIDs) ?? []
    if keys.isEmpty { keys = Array((header.value("In-Reply-To", in: bytes).map(messageIDs) ?? []).prefix(1)) }
    if let own = header.value("Message-ID", in: bytes).map(messageIDs)?.first, keys.last != own { keys.append(own) }
    return Array(keys.suffix(mostThreadKeys))
  }

  /// The ids in angle brackets, without them (RFC 5322 §3.6.4).
  private static func messageIDs(in value: [UInt8]) -> [String] {
    var found: [String] = []
    var start: Int?
    for (index, byte) in value.enumerated() {
      switch byte {
      case UInt8(ascii: "<"): start = index + 1
      case UInt8(ascii: ">"):
        if let from = start, from < index, index - from <= 998 {
          found.append(String(decoding: value[from..<index], as: UTF8.self))
        }
        start = nil
      case UInt8(ascii: " "), UInt8(ascii: "\t"): start = nil
      default: break
      }
    }
    return found
  }
}
