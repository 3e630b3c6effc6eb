internal import Crypto
internal import DNS

/// The steps that DKIM-Signature and ARC-Message-Signature share: times, key, body hash, signature (RFC 6376 §6.1).
struct SignatureCheck {
  struct Outcome {
    var result = DKIMResult.pass
    var keyBits = 0
    var isTesting = false
    var unsignedBytes: UInt64 = 0
    var reasons: [String] = []
  }

  /// What ends the check.
  struct Stop: Error {
    var result: DKIMResult
    var reason: String
  }

  let time: Int64
  let limits: AuthLimits

  /// Checks a signature over the message's fields and body.
  func run(_ signature: DKIMSignature, _ message: ScannedMessage, _ dns: any DNSLookup) async -> Outcome {
    var outcome = Outcome()
    do throws(Stop) {
      try checkTimes(signature)
      // The body first: it needs no question to the DNS.
      try checkBody(signature, message, &outcome)
      try checkFrom(signature, message)
      let (key, record) = try await key(signature, dns)
      (outcome.keyBits, outcome.isTesting) = (key.bits, record.isTesting)
      var signed: [UInt8] = []
      Self.collect(signature.signedNames, signature.headerForm, message, into: &signed)
      // The signature's own field comes last, without its b= and its line end.
      signature.field.canonical(signature.headerForm, in: message.header, cut: signature.cut, into: &signed)
      try Self.verify(signed, signature, key)
      outcome.reasons.insert("signed by \(signature.domain) (\(key.bits)-bit key)", at: 0)
    } catch {
      outcome.result = error.result
      outcome.reasons.append(error.reason)
    }
    if outcome.isTesting { outcome.reasons.append("the domain says that it is only testing") }
    return outcome
  }

  /// RFC 6376 §3.5: t= in the future and x= in the past.
  private func checkTimes(_ signature: DKIMSignature) throws(Stop) {
    let latest = UInt64(clamping: time + limits.clockSkew)
    if let signed = signature.time, signed > latest { throw Stop(result: .permerror, reason: "t= lies in the future") }
    if let expiration = signature.expiration, expiration < UInt64(clamping: time - limits.clockSkew) {
      throw Stop(result: .permerror, reason: "the signature has expired")
    }
  }

  private func checkBody(
    _ signature: DKIMSignature, _ message: ScannedMessage, _ outcome: inout Outcome
  ) throws(Stop) {
    guard let request = signature.bodyRequest, let body = message.bodies[request] else {
      throw Stop(result: .policy, reason: "too many different hashes of the body are asked for")
    }
    if let length = signature.length {
      // RFC 6376 §3.5: l= MUST NOT exceed the canonical body.
      if length > body.total { throw Stop(result: .permerror, reason: "l= is larger than the body") }
      outcome.unsignedBytes = body.total - length
      if outcome.unsignedBytes > 0 {
        outcome.reasons.append("l= leaves the last \(outcome.unsignedBytes) bytes of the body unsigned")
      }
    }
    if body.digest != signature.bodyHash {
      throw Stop(result: .fail, reason: "the body was changed: its hash is not the signed one")
    }
  }

  /// RFC 6376 §8.15: a From that was added would be shown without being signed.
  private func checkFrom(_ signature: DKIMSignature, _ message: ScannedMessage) throws(Stop) {
    let from = Array("from".utf8)
    let present = message.fields.reduce(0) { $0 + ($1.name == from ? 1 : 0) }
    let signed = signature.signedNames.reduce(0) { $0 + ($1 == from ? 1 : 0) }
    if present > signed { throw Stop(result: .fail, reason: "the message has a From field that is not signed") }
  }

  /// RFC 6376 §6.1.2.
  func key(
    _ signature: DKIMSignature, _ dns: any DNSLookup
  ) async throws(Stop) -> (VerificationKey, DKIMKeyRecord) {
    if Task.isCancelled { throw Stop(result: .temperror, reason: "out of time") }
    let answer = await dns.query(signature.keyName, .txt)
    if answer.isTemporary {
      throw Stop(result: .temperror, reason: "the DNS does not answer for \(signature.keyName)")
    }
    // Several records: undefined (RFC 6376 §3.6.2.2); the first that can be used counts, of the first four.
    var objection = "there is no key at \(signature.keyName)"
    for text in answer.records.lazy.compactMap(\.text).prefix(4) where text.count <= limits.keyRecordBytes {
      do throws(DKIMKeyRecord.Flaw) {
        let record = try DKIMKeyRecord(text)
        if let wrong = record.objection(to: signature) {
          objection = wrong
          continue
        }
        do throws(VerificationKey.Flaw) { return (try VerificationKey(record), record) } catch {
          objection = error.reason
        }
      } catch {
        objection = error.reason
      }
    }
    throw Stop(result: .permerror, reason: objection)
  }

  /// The canonical header fields that h= names, each with its line end (RFC 6376 §3.7, §5.4.2).
  static func collect(
    _ names: [[UInt8]], _ form: Canonicalization, _ message: ScannedMessage, into output: inout [UInt8]
  ) {
    var places: [[UInt8]: [Int]] = [:]
    for (index, field) in message.fields.enumerated() { places[field.name, default: []].append(index) }
    for name in names {
      // Fields of one name are signed from the bottom up; a name without a field signs its absence.
      guard let index = places[name]?.popLast() else { continue }
      message.fields[index].canonical(form, in: message.header, into: &output)
      output.append(0x0D)
      output.append(0x0A)
    }
  }

  static func verify(_ signed: [UInt8], _ signature: DKIMSignature, _ key: VerificationKey) throws(Stop) {
    var hash = SHA256()
    signed.withUnsafeBytes { hash.update(bufferPointer: $0) }
    guard key.isValid(signature.signature, for: hash.finalize()) else {
      throw Stop(result: .fail, reason: "the signature does not match the signed header fields or the key")
    }
  }
}
