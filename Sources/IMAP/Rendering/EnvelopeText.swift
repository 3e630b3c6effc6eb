public import Mail

/// ENVELOPE as octets ready for a FETCH response (RFC 9051 §7.5.2).
///
/// The text holds for every session: what is not ASCII is a literal, so IMAP4rev1 and UTF8=ACCEPT clients read the same
/// octets, and the store keeps it once. It is well-formed for every header.
public enum EnvelopeText {
  /// Octets of one value that are shown; real header fields are far shorter.
  static let longestValue = 16_384

  /// The envelope of the header that `header` describes in `message`.
  public static func render(_ header: HeaderBlock, in message: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    append(header, in: message, to: &text)
    return text
  }

  static func append(_ header: HeaderBlock, in message: Span<UInt8>, to text: inout [UInt8]) {
    text.append(OctetClass.open)
    field("date", header, message, &text)
    text.append(0x20)
    field("subject", header, message, &text)
    let from = addresses("from", header, message)
    // RFC 9051 §7.5.2: Sender and Reply-To that are missing or empty are From.
    let sender = addresses("sender", header, message) ?? from
    let replyTo = addresses("reply-to", header, message) ?? from
    let others = [
      addresses("to", header, message), addresses("cc", header, message), addresses("bcc", header, message),
    ]
    for list in [from, sender, replyTo] + others {
      text.append(0x20)
      if let list { text.append(contentsOf: list) } else { StructuredText.appendNIL(to: &text) }
    }
    text.append(0x20)
    field("in-reply-to", header, message, &text)
    text.append(0x20)
    field("message-id", header, message, &text)
    text.append(OctetClass.close)
  }

  /// RFC 9051 §7.5.2: NIL when the field is missing, "" when it is empty.
  private static func field(_ name: StaticString, _ header: HeaderBlock, _ message: Span<UInt8>, _ text: inout [UInt8])
  {
    let value = header.first(name, in: message)?.unfolded(in: message, limit: longestValue)
    StructuredText.append(value, to: &text)
  }

  /// `((name route mailbox host) …)`, or nil where the field is missing or holds no address.
  private static func addresses(_ name: StaticString, _ header: HeaderBlock, _ message: Span<UInt8>) -> [UInt8]? {
    var list: [UInt8] = [OctetClass.open]
    // RFC 5322 §3.6 allows one of each; mail with more shows all.
    for field in header.all(name, in: message) {
      for element in AddressList.parse(message, field: field).elements {
        switch element {
        case .mailbox(let mailbox): append(mailbox, to: &list)
        case .group(let name, let members):
          appendAddress(nil, nil, StructuredText.nonEmpty(name), nil, to: &list)
          for member in members { append(member, to: &list) }
          appendAddress(nil, nil, nil, nil, to: &list)
        }
      }
    }
    if list.count == 1 { return nil }
    list.append(OctetClass.close)
    return list
  }

  /// A mailbox without a domain, or without a local part, gets an empty one: NIL there would begin or end a group.
  private static func append(_ mailbox: Mailbox, to text: inout [UInt8]) {
    appendAddress(mailbox.name, mailbox.route, mailbox.localPart, mailbox.domain, to: &text)
  }

  private static func appendAddress(
    _ name: [UInt8]?, _ route: [UInt8]?, _ mailbox: [UInt8]?, _ host: [UInt8]?, to text: inout [UInt8]
  ) {
    text.append(OctetClass.open)
    StructuredText.append(name, to: &text)
    for value in [route, mailbox, host] {
      text.append(0x20)
      StructuredText.append(value, to: &text)
    }
    text.append(OctetClass.close)
  }
}
