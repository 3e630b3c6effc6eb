/// The value of an address field: From, To, Cc, Bcc, Reply-To, Sender (RFC 5322 §3.4, §4.4).
///
/// Parsing never fails: what is no address becomes a mailbox whose local part is the text, so that a reader sees it.
public struct AddressList: Hashable, Sendable {
  public enum Element: Hashable, Sendable {
    case mailbox(Mailbox)
    /// A named group, which may be empty.
    case group(name: [UInt8], members: [Mailbox])
  }

  public var elements: [Element]

  public init(_ elements: [Element] = []) { self.elements = elements }

  /// All mailboxes, those of groups too.
  public var mailboxes: [Mailbox] {
    var all: [Mailbox] = []
    for element in elements {
      switch element {
      case .mailbox(let mailbox): all.append(mailbox)
      case .group(_, let members): all += members
      }
    }
    return all
  }

  /// Reads a field value, folded or not. At most `limits.fieldLength` bytes and `limits.addresses` mailboxes.
  public static func parse(_ bytes: Span<UInt8>, limits: MailLimits = MailLimits()) -> AddressList {
    var parser = AddressParser(end: min(bytes.count, limits.fieldLength), limit: limits.addresses)
    return AddressList(parser.list(bytes))
  }

  /// Reads a field value, folded or not.
  public static func parse(_ bytes: [UInt8], limits: MailLimits = MailLimits()) -> AddressList {
    parse(bytes.span, limits: limits)
  }

  /// Reads the value of a field of a header block.
  public static func parse(
    _ bytes: Span<UInt8>, field: HeaderField, limits: MailLimits = MailLimits()
  ) -> AddressList {
    parse(bytes.extracting(field.value), limits: limits)
  }
}
