/// Why an address is refused; the text is for people who read logs, not for the peer's protocol reply.
public enum AddressError: Error, Hashable, Sendable {
  case missingAt
  case emptyLocalPart
  /// Over 64 octets (RFC 5321 §4.5.3.1.1).
  case localPartTooLong
  case badLocalPart
  case emptyDomain
  /// Over 255 octets (RFC 5321 §4.5.3.1.2), or a label over 63.
  case domainTooLong
  /// Over 256 octets with its brackets (RFC 5321 §4.5.3.1.3).
  case pathTooLong
  case badDomain
  case badAddressLiteral
  /// Not ASCII where SMTPUTF8 was not asked for (RFC 6531 §3.1).
  case notASCII
  case badUTF8
  /// A mailbox was read but something follows it.
  case trailingText
}
