internal import DNS

extension SPFRun {
  /// The <target-name>: the expansion as a name to ask for, lower case; <domain> where there is no spec. nil: no such name
  /// can exist, so the mechanism does not match (RFC 7208 §4.8 leaves this open).
  mutating func target(_ spec: SPFMacroString?, _ current: [UInt8]) async -> String? {
    guard let spec else { return DNSName.canonical(String(decoding: current, as: UTF8.self)) }
    // RFC 8616 §4: what uses a local part that is not ASCII matches nothing.
    if spec.usesLocalPart, facts.local.contains(where: { $0 >= 0x80 }) { return nil }
    let bytes = await expand(spec, current)
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
    return DNSName.canonical(String(decoding: Self.shortened(bytes), as: UTF8.self)).flatMap { $0.isEmpty ? nil : $0 }
  }

  private mutating func expand(_ spec: SPFMacroString, _ current: [UInt8]) async -> [UInt8] {
    let validated = spec.usesValidatedName ? await validatedName(current) : []
    return spec.expanded(facts, current: current, validated: validated)
  }

  /// RFC 7208 §7.3: labels are taken off the left until at most 253 characters are left.
  private static func shortened(_ name: [UInt8]) -> ArraySlice<UInt8> {
    var rest = name[...]
    if rest.last == UInt8(ascii: ".") { rest = rest.dropLast() }
    while rest.count > DNSName.maximumLength, let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
      rest = rest[(dot + 1)...]
    }
    return rest
  }

  /// Macro "p" (RFC 7208 §7.3): <domain> itself, or a name below it, or any validated name, or "unknown".
  private mutating func validatedName(_ current: [UInt8]) async -> [UInt8] {
    let names = await clientNames().names
    let domain = String(decoding: lowercase(current), as: UTF8.self)
    let chosen = names.first { $0 == domain } ?? names.first { $0.hasSuffix(".\(domain)") } ?? names.first
    return Array((chosen ?? "unknown").utf8)
  }

  /// RFC 7208 §6.2: the published explanation of a fail; any trouble means that there is none.
  mutating func explanation(of outcome: Outcome) async -> String? {
    guard outcome.result == .fail, let spec = outcome.explanation, let name = await target(spec, outcome.domain) else {
      return nil
    }
    let answer = await ask(name, .txt)
    guard answer.records.count == 1, let text = answer.records.first?.text,
      let macros = SPFMacroString(text[...], .explanation)
    else { return nil }
    let expansion = await expand(macros, outcome.domain)
    // US-ASCII for an SMTP reply; a macro must not smuggle in a line end.
    guard expansion.count <= limits.explanation, expansion.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      return nil
    }
    return expansion.isEmpty ? nil : String(decoding: expansion, as: UTF8.self)
  }
}
