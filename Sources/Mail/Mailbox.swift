/// One mailbox of an address field, in bytes as the sender wrote them (RFC 5322 §3.4).
///
/// Made for IMAP's ENVELOPE: comments and quoting are gone, encoded words are left alone, nothing is checked.
public struct Mailbox: Hashable, Sendable {
  /// Display name, or else the comment behind the address; encoded words stand as written. nil: none.
  public var name: [UInt8]?
  /// The obsolete source route "@a,@b", without its colon. nil: none.
  public var route: [UInt8]?
  /// Unquoted; empty where the address is broken.
  public var localPart: [UInt8]
  /// Without blanks and comments; a literal keeps its brackets. Empty where the address has none.
  public var domain: [UInt8]

  public init(name: [UInt8]? = nil, route: [UInt8]? = nil, localPart: [UInt8], domain: [UInt8]) {
    self.name = name
    self.route = route
    self.localPart = localPart
    self.domain = domain
  }

  /// The name for a person to read: encoded words decoded. nil: none.
  public func displayName(_ decoder: CharsetDecoder) -> String? {
    name.map { EncodedWord.decode($0.span, decoder: decoder) }
  }

  /// The address, where it is a valid one.
  public var address: EmailAddress? {
    guard let local = String(validating: localPart, as: UTF8.self),
      let domain = String(validating: domain, as: UTF8.self)
    else { return nil }
    do { return try EmailAddress(localPart: local, domain: domain) } catch { return nil }
  }
}
