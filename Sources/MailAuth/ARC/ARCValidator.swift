public import DNS

/// Validates the Authenticated Received Chain of a message (RFC 8617 §5.2).
public struct ARCValidator: Sendable {
  /// Seconds since 1970.
  public var time: Int64
  public var limits: AuthLimits

  public init(time: Int64, limits: AuthLimits = AuthLimits()) {
    self.time = time
    self.limits = limits
  }

  public func validate(_ message: ScannedMessage, _ dns: any DNSLookup) async -> ARCEvidence {
    if message.isHeaderTooLong { return ARCEvidence(result: .fail, reasons: ["the header is too long to be checked"]) }
    let chain: ARCChain
    do throws(ARCChain.Flaw) {
      guard let found = try ARCChain(message, limits) else {
        return ARCEvidence(result: .none, reasons: ["the message has no ARC set"])
      }
      chain = found
    } catch {
      return ARCEvidence(
        result: .fail, instance: error.instance, isTerminated: error.isTerminated, reasons: [error.reason])
    }
    return await validate(chain, message, dns)
  }

  /// Steps 4 and 6: the newest message signature, then every seal from the newest to the oldest.
  private func validate(_ chain: ARCChain, _ message: ScannedMessage, _ dns: any DNSLookup) async -> ARCEvidence {
    var evidence = ARCEvidence(result: .fail, instance: chain.sets.count)
    let check = SignatureCheck(time: time, limits: limits)
    guard let newest = chain.sets.last?.message else { return evidence }
    let outcome = await check.run(newest, message, dns)
    guard outcome.result == .pass else {
      evidence.isTemporary = outcome.result == .temperror
      evidence.reasons = ["the ARC-Message-Signature \(chain.sets.count) is not valid"] + outcome.reasons
      return evidence
    }
    for instance in stride(from: chain.sets.count, through: 1, by: -1) {
      guard let seal = chain.sets[instance - 1].seal else { return evidence }
      do throws(SignatureCheck.Stop) {
        let (key, _) = try await check.key(seal, dns)
        var input: [UInt8] = []
        Self.collect(chain.sets[..<instance], message, into: &input)
        try SignatureCheck.verify(input, seal, key)
      } catch {
        evidence.isTemporary = error.result == .temperror
        evidence.reasons = ["the ARC-Seal \(instance) is not valid: \(error.reason)"]
        return evidence
      }
    }
    evidence.result = .pass
    evidence.links = chain.sets.map { Self.link($0, message) }
    evidence.reasons = evidence.links.reversed().map { "sealed by \($0.domain) (instance \($0.instance))" }
    return evidence
  }

  private static func link(_ set: ARCSet, _ message: ScannedMessage) -> ARCEvidence.Link {
    let value = set.results.map { message.unfolded($0) } ?? []
    let payload = value.firstIndex(of: UInt8(ascii: ";")).map { value[($0 + 1)...] } ?? []
    return ARCEvidence.Link(
      instance: set.seal?.instance ?? 0, domain: set.seal?.domain ?? "", selector: set.seal?.selector ?? "",
      results: String(decoding: payload.prefix(8192).drop { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self))
  }

  /// What the last seal of `sets` signs: the sets in order, its own b= and line end left out (RFC 8617 §5.1.1).
  static func collect(_ sets: ArraySlice<ARCSet>, _ message: ScannedMessage, into output: inout [UInt8]) {
    for (index, set) in zip(sets.indices, sets) {
      for field in [set.results, set.message?.field].compactMap({ $0 }) {
        field.canonical(.relaxed, in: message.header, into: &output)
        output += [0x0D, 0x0A]
      }
      guard let seal = set.seal else { continue }
      if index == sets.endIndex - 1 {
        seal.field.canonical(.relaxed, in: message.header, cut: seal.cut, into: &output)
      } else {
        seal.field.canonical(.relaxed, in: message.header, into: &output)
        output += [0x0D, 0x0A]
      }
    }
  }
}
