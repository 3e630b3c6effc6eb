public import DNS
internal import Mail

/// Checks the signatures of a scanned message (RFC 6376 §6).
public struct DKIMVerifier: Sendable {
  /// Seconds since 1970, for t= and x=.
  public var time: Int64
  public var limits: AuthLimits

  public init(time: Int64, limits: AuthLimits = AuthLimits()) {
    self.time = time
    self.limits = limits
  }

  /// One piece of evidence for each signature, in the order of the fields; one `none` for an unsigned message. Signatures
  /// beyond `AuthLimits.signatures` are summed up in one last `policy`.
  public func verify(_ message: ScannedMessage, _ dns: any DNSLookup) async -> [DKIMEvidence] {
    if message.isHeaderTooLong {
      return [DKIMEvidence(result: .permerror, reasons: ["the header is too long to be checked"])]
    }
    let fields = message.fields.filter { $0.name == dkimName }
    if fields.isEmpty { return [DKIMEvidence(result: .none, reasons: ["the message is not signed"])] }
    var results: [DKIMEvidence] = []
    for field in fields.prefix(limits.signatures) { results.append(await verify(field, message, dns)) }
    if fields.count > limits.signatures {
      let rest = fields.count - limits.signatures
      results.append(DKIMEvidence(result: .policy, reasons: ["\(rest) more signatures were not checked"]))
    }
    return results
  }

  private func verify(
    _ field: ScannedField, _ message: ScannedMessage, _ dns: any DNSLookup
  ) async -> DKIMEvidence {
    guard field.range.count <= limits.signatureBytes else {
      return DKIMEvidence(result: .permerror, reasons: ["the signature is too long"])
    }
    let signature: DKIMSignature
    do throws(DKIMSignature.Flaw) {
      signature = try DKIMSignature(field, in: message.header, .dkim)
    } catch {
      return DKIMEvidence(result: .permerror, reasons: [error.reason])
    }
    var evidence = DKIMEvidence(
      result: .pass, domain: signature.domain, selector: signature.selector, identity: signature.identity,
      algorithm: signature.algorithm.rawValue,
      signatureStart: String(decoding: Base64.encode(signature.signature).prefix(8), as: UTF8.self))
    let check = SignatureCheck(time: time, limits: limits)
    let outcome = await check.run(signature, message, dns)
    evidence.result = outcome.result
    evidence.keyBits = outcome.keyBits
    evidence.isTesting = outcome.isTesting
    evidence.reasons = outcome.reasons
    evidence.unsignedBytes = outcome.unsignedBytes
    return evidence
  }
}
