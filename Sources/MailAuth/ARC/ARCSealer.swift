internal import Mail

/// Adds an ARC set to a message that is passed on (RFC 8617 §5.1).
public struct ARCSealer: Sendable {
  /// d= and s=
  public var domain: String
  public var selector: String
  public var key: DKIMPrivateKey
  public var limits = AuthLimits()

  public init(domain: String, selector: String, key: DKIMPrivateKey) {
    self.domain = domain
    self.selector = selector
    self.key = key
  }

  /// RFC 8617 §4.1.2: no Authentication-Results and no ARC field; DKIM signatures as far as they are there.
  private static let signedNames = DKIMSigner.recommendedNames + ["dkim-signature"]

  /// The new set, ready to be put before everything else; nil when none may be added: the chain ended earlier, or is full.
  /// - Parameters:
  ///   - message: scanned with `alsoHash: [.relaxed]`, as it leaves.
  ///   - chain: what `ARCValidator` found when the message came in.
  ///   - results: what was found when the message came in, with our authserv-id.
  ///   - time: seconds since 1970.
  public func seal(
    _ message: ScannedMessage, _ chain: ARCEvidence, _ results: AuthenticationResults, time: Int64
  ) throws(DKIMSigningError) -> [UInt8]? {
    if chain.isTerminated { return nil }
    let earlier: [ARCSet]
    do throws(ARCChain.Flaw) {
      earlier = try ARCChain(message, limits)?.sets ?? []
    } catch {
      if error.isTerminated { return nil }
      earlier = []
    }
    let instance = (chain.result == .fail ? max(chain.instance, earlier.count) : earlier.count) + 1
    guard instance <= ARCSet.maximumInstance else { return nil }
    guard let d = signatureDomain(Array(domain.utf8)[...]), let s = signatureDomain(Array(selector.utf8)[...]) else {
      throw .badName
    }
    var results = results
    results.instance = instance
    let resultsField = results.field
    let messageField = try messageSignature(message, instance, d, s, time)
    // RFC 8617 §5.1.2: a seal over a broken chain covers only its own set.
    var input: [UInt8] = []
    if chain.result != .fail {
      for set in earlier {
        for field in [set.results, set.message?.field, set.seal?.field].compactMap({ $0 }) {
          field.canonical(.relaxed, in: message.header, into: &input)
          input += [0x0D, 0x0A]
        }
      }
    }
    for text in [resultsField, messageField] {
      ScannedField.scan(text, limit: 1).first?.canonical(.relaxed, in: text, into: &input)
      input += [0x0D, 0x0A]
    }
    var writer = SignatureWriter("ARC-Seal")
    writer.add("i", String(instance))
    writer.add("a", key.algorithm)
    writer.add("cv", chain.result.rawValue)
    writer.add("d", d)
    writer.add("s", s)
    writer.add("t", String(time))
    return try writer.sealed(input, key) + messageField + resultsField
  }

  private func messageSignature(
    _ message: ScannedMessage, _ instance: Int, _ d: String, _ s: String, _ time: Int64
  ) throws(DKIMSigningError) -> [UInt8] {
    guard !message.isHeaderTooLong else { throw .unsignable }
    guard let body = message.bodies[.init(canonicalization: .relaxed, length: nil)] else { throw .bodyNotHashed }
    var writer = SignatureWriter("ARC-Message-Signature")
    writer.add("i", String(instance))
    writer.add("a", key.algorithm)
    writer.add("c", "relaxed/relaxed")
    writer.add("d", d)
    writer.add("s", s)
    writer.add("t", String(time))
    var signer = DKIMSigner(domain: d, selector: s, key: key)
    signer.signedNames = Self.signedNames
    writer.addList("h", signer.names(in: message))
    writer.add("bh", String(decoding: Base64.encode(body.digest), as: UTF8.self))
    return try writer.signed(message, .relaxed, key)
  }
}
