internal import DNS

extension SPFRun {
  /// Does the mechanism match the client? (RFC 7208 §5)
  mutating func matches(_ directive: SPFDirective, _ current: [UInt8]) async throws(Stop) -> Bool {
    let text = directive.text
    switch directive.mechanism {
    case .all: return true
    case .network(let network): return network.contains(facts.address)
    case .include(let spec): return try await includes(spec, current, text)
    case .a(let spec, let prefix): return try await hasAddress(spec, prefix, current, text)
    case .mx(let spec, let prefix): return try await hasExchange(spec, prefix, current, text)
    case .ptr(let spec): return try await hasName(spec, current, text)
    case .exists(let spec): return try await exists(spec, current, text)
    }
  }

  /// RFC 7208 §5.2 and its table.
  private mutating func includes(
    _ spec: SPFMacroString, _ current: [UInt8], _ text: String
  ) async throws(Stop) -> Bool {
    try countTerm(text)
    guard let target = await target(spec, current) else { return false }
    let kept = reasons.count
    switch try await evaluate(target).result {
    case .pass: return true
    case .fail, .softfail, .neutral:
      // Why an included record does not match is noise.
      reasons.removeSubrange(kept...)
      return false
    case .none:
      throw Stop(result: .permerror, reason: "“\(text)” includes a domain without an SPF record")
    case .permerror, .temperror:
      // evaluate() throws these.
      throw Stop(result: .permerror, reason: "“\(text)” cannot be evaluated")
    }
  }

  /// RFC 7208 §5.3.
  private mutating func hasAddress(
    _ spec: SPFMacroString?, _ prefix: SPFPrefix, _ current: [UInt8], _ text: String
  ) async throws(Stop) -> Bool {
    try countTerm(text)
    guard let target = await target(spec, current) else { return false }
    let addresses = try await addresses(of: target, text)
    if addresses.isEmpty { try countVoid(text) }
    return addresses.contains { isClient($0, prefix) }
  }

  /// RFC 7208 §5.4: no implicit MX.
  private mutating func hasExchange(
    _ spec: SPFMacroString?, _ prefix: SPFPrefix, _ current: [UInt8], _ text: String
  ) async throws(Stop) -> Bool {
    try countTerm(text)
    guard let target = await target(spec, current) else { return false }
    let answer = await ask(target, .mx)
    if answer.isTemporary { throw unanswered(target, text) }
    var exchanges: [(preference: UInt16, name: String)] = []
    for case .mx(let preference, let exchange) in answer.records { exchanges.append((preference, exchange)) }
    if exchanges.isEmpty { try countVoid(text) }
    // Judged before the first host is asked for, so that the result does not hang on the order of records.
    if exchanges.count > limits.exchanges {
      throw Stop(
        result: .permerror, reason: "\(printable(target)) has more than \(limits.exchanges) MX hosts (“\(text)”)")
    }
    exchanges.sort { $0.preference < $1.preference }
    var foundSome = false
    // RFC 7505: an empty name says that there is no mail server.
    for exchange in exchanges where DNSName.canonical(exchange.name)?.isEmpty == false {
      let addresses = try await addresses(of: exchange.name, text)
      if !addresses.isEmpty { foundSome = true }
      if addresses.contains(where: { isClient($0, prefix) }) { return true }
    }
    // The limit is on terms: hosts without an address of the client's family are no fault while another has one.
    if !exchanges.isEmpty, !foundSome { try countVoid(text) }
    return false
  }

  /// RFC 7208 §5.5.
  private mutating func hasName(
    _ spec: SPFMacroString?, _ current: [UInt8], _ text: String
  ) async throws(Stop) -> Bool {
    try countTerm(text)
    guard let target = await target(spec, current) else { return false }
    let found = await clientNames()
    if found.wasVoid { try countVoid(text) }
    return found.names.contains { $0 == target || $0.hasSuffix(".\(target)") }
  }

  /// RFC 7208 §5.7: an A record, whatever the client's family is.
  private mutating func exists(
    _ spec: SPFMacroString, _ current: [UInt8], _ text: String
  ) async throws(Stop) -> Bool {
    try countTerm(text)
    guard let target = await target(spec, current) else { return false }
    let answer = await ask(target, .a)
    if answer.isTemporary { throw unanswered(target, text) }
    if answer.records.isEmpty { try countVoid(text) }
    return !answer.records.isEmpty
  }

  private mutating func addresses(of name: String, _ text: String) async throws(Stop) -> [IPAddress] {
    let answer = await ask(name, facts.address.bitCount == 32 ? .a : .aaaa)
    if answer.isTemporary { throw unanswered(name, text) }
    return answer.records.compactMap(\.address)
  }

  private func unanswered(_ name: String, _ text: String) -> Stop {
    Stop(result: .temperror, reason: "the DNS does not answer for \(printable(name)) (“\(text)”)")
  }

  private func isClient(_ address: IPAddress, _ prefix: SPFPrefix) -> Bool {
    facts.address.isInNetwork(address, length: address.bitCount == 32 ? prefix.v4 : prefix.v6)
  }

  /// The names of the client that point back to it, in the order of the records (RFC 7208 §5.5).
  mutating func clientNames() async -> (names: [String], wasVoid: Bool) {
    if let validatedNames { return validatedNames }
    let answer = await ask(facts.address.reverseName, .ptr)
    var names: [String] = []
    // RFC 7208 §4.6.4: all records but the first ten are ignored.
    for case .ptr(let pointer) in answer.records.prefix(limits.pointers) {
      guard let name = DNSName.canonical(pointer), !name.isEmpty else { continue }
      // A failure only skips this name.
      let answer = await ask(name, facts.address.bitCount == 32 ? .a : .aaaa)
      if answer.records.contains(where: { $0.address == facts.address }) { names.append(name) }
    }
    let found = (names: names, wasVoid: answer == .noData || answer == .noName)
    validatedNames = found
    return found
  }
}
