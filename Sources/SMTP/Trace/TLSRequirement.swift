internal import Mail

/// What a sender wants of the TLS on a message's further way (RFC 8689).
public enum TLSRequirement: String, Hashable, Sendable {
  /// REQUIRETLS at MAIL: never without verified TLS (§4.2.1).
  case required
  /// `TLS-Required: No`: delivery matters more than secrecy (§4.2.2).
  case optional
  /// Neither: what the recipient's domain publishes decides.
  case unstated

  /// The tag of a message (RFC 8689 §4.1).
  /// - Parameters:
  ///   - isRequired: MAIL had REQUIRETLS; the header field is then ignored.
  ///   - header: the message, or its header.
  public init(isRequired: Bool, header: Span<UInt8>) {
    self = isRequired ? .required : Self.stated(in: header)
  }

  /// RFC 8689 §3: the field may stand once, its only value is "No" (case ignored); anything else says nothing.
  private static func stated(in message: Span<UInt8>) -> TLSRequirement {
    let block = HeaderBlock(scanning: message)
    let fields = block.all("TLS-Required", in: message)
    guard fields.count == 1 else { return .unstated }
    let value = fields[0].unfolded(in: message)
    let word = ASCII.trimmed(value.span, 0..<value.count)
    return String(decoding: value[word], as: UTF8.self).lowercased() == "no" ? .optional : .unstated
  }
}
