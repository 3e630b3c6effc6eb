internal import Mail

/// Why a message cannot be signed.
public enum DKIMSigningError: Error, Hashable, Sendable {
  /// The message has no From field, or its header is too long.
  case unsignable
  /// `MessageScanner` was not told to hash the body in the form that the signer wants.
  case bodyNotHashed
  /// Domain or selector are not names.
  case badName
  /// The key refused to sign.
  case keyFailed
}

/// Signs messages for one domain with one key (RFC 6376 §5).
public struct DKIMSigner: Sendable {
  /// d= and s=
  public var domain: String
  public var selector: String
  public var key: DKIMPrivateKey
  /// i=; nil: left out.
  public var identity: String?
  public var headerForm = Canonicalization.relaxed
  public var bodyForm = Canonicalization.relaxed
  /// x= is so many seconds after t=; nil: no x=.
  public var lifetime: Int64?
  /// Names in lower case: every field of such a name is signed.
  public var signedNames = Self.recommendedNames
  /// Names in lower case that are signed once more than they occur, so that none can be added (RFC 6376 §8.15).
  public var oversignedNames = Self.frozenNames

  public init(domain: String, selector: String, key: DKIMPrivateKey) {
    self.domain = domain
    self.selector = selector
    self.key = key
  }

  /// RFC 6376 §5.4.1, the fields of a mailing list, and RFC 8058's, which MUST be covered by a signature.
  public static let recommendedNames = [
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "content-id", "content-description",
    "resent-date", "resent-from", "resent-sender", "resent-to", "resent-cc", "resent-message-id",
    "list-id", "list-help", "list-unsubscribe", "list-unsubscribe-post", "list-subscribe", "list-post", "list-owner",
    "list-archive", "feedback-id", "autocrypt",
  ]

  /// What a reader sees or a program trusts, and may occur only once.
  public static let frozenNames = [
    "from", "reply-to", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type",
    "content-transfer-encoding",
  ]

  /// The DKIM-Signature field with its line end, to be put before everything else of the message.
  /// - Parameter time: t=, seconds since 1970.
  public func signature(for message: ScannedMessage, time: Int64) throws(DKIMSigningError) -> [UInt8] {
    guard !message.isHeaderTooLong, message.fields.contains(where: { $0.name == Array("from".utf8) }) else {
      throw .unsignable
    }
    guard let body = message.bodies[.init(canonicalization: bodyForm, length: nil)] else { throw .bodyNotHashed }
    guard let d = signatureDomain(Array(domain.utf8)[...]), let s = signatureDomain(Array(selector.utf8)[...]) else {
      throw .badName
    }
    var writer = SignatureWriter("DKIM-Signature")
    writer.add("v", "1")
    writer.add("a", key.algorithm)
    writer.add("c", "\(headerForm.rawValue)/\(bodyForm.rawValue)")
    writer.add("d", d)
    writer.add("s", s)
    if let identity { writer.add("i", identity) }
    writer.add("t", String(time))
    if let lifetime { writer.add("x", String(time + lifetime)) }
    writer.addList("h", names(in: message))
    writer.add("bh", String(decoding: Base64.encode(body.digest), as: UTF8.self))
    return try writer.signed(message, headerForm, key)
  }

  /// h=: what is there, from the list, and the frozen names once more.
  func names(in message: ScannedMessage) -> [String] {
    var result: [String] = []
    for name in signedNames {
      let bytes = Array(name.utf8)
      let count = message.fields.reduce(0) { $0 + ($1.name == bytes ? 1 : 0) }
      result += Array(repeating: name, count: count + (oversignedNames.contains(name) ? 1 : 0))
    }
    return result
  }
}
