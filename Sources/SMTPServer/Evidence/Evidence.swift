package import MailAuth

/// Everything that was found about one message and the one who brought it.
package struct Evidence: Sendable {
  package var client = ClientEvidence()
  /// HELO and MAIL FROM, in this order, as far as they were checked.
  package var spf: [SPFEvidence] = []
  package var dkim: [DKIMEvidence] = []
  package var arc: ARCEvidence?
  package var dmarc: DMARCEvidence?

  package init() {}

  /// RFC 8601: all of it in one field.
  package func results(authservID: String, address: String) -> AuthenticationResults {
    var methods = client.methods(address: address)
    methods += spf.map { .init($0) }
    methods += dkim.prefix(20).map { .init($0) }
    if let arc, arc.result != .none { methods.append(.init(arc, clientAddress: address)) }
    if let dmarc { methods.append(.init(dmarc)) }
    return AuthenticationResults(authservID: authservID, methods: methods)
  }

  /// The newest seal of a whole chain, if one of these domains made it and saw DMARC pass (RFC 8617 §7.2).
  func trustedSeal(_ domains: [String]) -> String? {
    guard let arc, arc.result == .pass, let newest = arc.links.last, domains.contains(newest.domain),
      let seen = AuthenticationResults(parsing: Array("\(newest.results)".utf8)),
      seen.methods.contains(where: { $0.method == "dmarc" && $0.result == "pass" })
    else { return nil }
    return newest.domain
  }
}
