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
  /// Addresses of the field that the grammar has no place for and the list does not show. `From: mine@x.test <other@y.test>` is read
  /// as the first one, and mail programs show the second: who decides by a field looks at these too.
  public private(set) var hidden: [Mailbox] = []
  /// False where the field's end was not understood: a comment or quoted string without end, or more than the limits allow.
  public private(set) var isWhole = true

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
    var list = AddressList(parser.list(bytes))
    list.hidden = parser.hidden
    list.isWhole = parser.isWhole && bytes.count <= limits.fieldLength
    return list
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
