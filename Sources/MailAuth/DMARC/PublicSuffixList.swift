internal import DNS
internal import Mail

/// The public suffix list (publicsuffix.org): under which names anyone may register. Used for DMARC as RFC 7489 has it.
public struct PublicSuffixList: Sendable {
  private enum Rule: UInt8 { case normal, wildcard, exception }
  private var rules: [String: [Rule]] = [:]

  /// Reads the list's own format: one rule in a line, up to the first white space; "//" starts a comment. U-labels are
  /// turned into A-labels; lines that are no rule are left out. At most 4 MiB are read.
  public init(_ data: [UInt8]) {
    for line in data.prefix(4 << 20).split(separator: 0x0A) {
      let text = line.prefix { $0 > 0x20 }
      if text.isEmpty || text.starts(with: Array("//".utf8)) { continue }
      add(String(decoding: text, as: UTF8.self))
    }
  }

  private mutating func add(_ text: String) {
    var name = text[...]
    var rule = Rule.normal
    if name.hasPrefix("!") {
      (rule, name) = (.exception, name.dropFirst())
    } else if name.hasPrefix("*.") {
      (rule, name) = (.wildcard, name.dropFirst(2))
    }
    if let name = Self.normalized(String(name)), !name.isEmpty { rules[name, default: []].append(rule) }
  }

  private static func normalized(_ name: String) -> String? {
    name.utf8.allSatisfy { $0 < 0x80 } ? DNSName.canonical(name) : Domain.normalized(name)
  }

  /// The public suffix of a name, as A-labels; nil for what is no name. An unknown top-level domain is one.
  public func publicSuffix(of name: String) -> String? {
    guard let name = Self.normalized(name), !name.isEmpty else { return nil }
    let labels = name.split(separator: ".")
    // From the longest suffix to the shortest: the rule with the most labels wins, an exception wins over all.
    for index in labels.indices {
      let suffix = labels[index...].joined(separator: ".")
      if rules[suffix]?.contains(.exception) == true { return labels[(index + 1)...].joined(separator: ".") }
      if rules[suffix]?.contains(.normal) == true { return suffix }
      let parent = labels[(index + 1)...].joined(separator: ".")
      if rules[parent]?.contains(.wildcard) == true { return suffix }
    }
    return labels.last.map(String.init)
  }

  /// The organizational domain: the public suffix and one more label (RFC 7489 §3.2). nil: the name is a public suffix
  /// itself, or no name.
  public func organizationalDomain(of name: String) -> String? {
    guard let canonical = Self.normalized(name), let suffix = publicSuffix(of: canonical) else { return nil }
    let count = suffix.split(separator: ".").count + 1
    let labels = canonical.split(separator: ".")
    return labels.count < count ? nil : labels.suffix(count).joined(separator: ".")
  }
}
