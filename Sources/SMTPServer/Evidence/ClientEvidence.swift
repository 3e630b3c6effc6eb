import MailAuth

/// What the DNS says about a client: evidence, not a verdict.
package struct ClientEvidence: Hashable, Sendable {
  /// The result words of RFC 8601 §2.7.3.
  package enum Reverse: String, Sendable {
    case pass, fail, temperror, permerror
  }

  /// Is there a name for the address that leads back to it?
  package var reverse: Reverse?
  /// That name; with `fail`, one that does not lead back.
  package var name: String?
  /// The blocklists on which it stands.
  package var blocklists: [String] = []
  /// The allowlists on which it stands.
  package var allowlists: [String] = []
  /// The lists that gave no usable answer.
  package var troubles: [String] = []

  package init() {}

  /// True when nothing is missing, so that it may be remembered for a while.
  var isFinal: Bool { troubles.isEmpty && reverse != .temperror }

  /// For Authentication-Results.
  func methods(address: String) -> [AuthenticationResults.Method] {
    var methods: [AuthenticationResults.Method] = []
    if let reverse {
      methods.append(
        .init("iprev", reverse.rawValue, comment: name.map { "\($0)" }, [.init("policy", "iprev", address)]))
    }
    // RFC 8904 §2.
    for zone in allowlists { methods.append(.init("dnswl", "pass", [.init("dns", "zone", zone)])) }
    return methods
  }
}
