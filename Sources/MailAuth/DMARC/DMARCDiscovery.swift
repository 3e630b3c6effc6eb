internal import DNS

/// The records of a domain and of the names above it, and the organizational domain that follows from them.
struct DMARCDiscovery: Sendable {
  struct Find: Sendable {
    var domain: String
    var record: DMARCRecord
  }

  /// The domain that the search began with.
  var start: String
  /// The records found, from the longest name to the shortest.
  var finds: [Find] = []
  var organizationalDomain: String
  /// True: a question was not answered, so the rest is not certain.
  var isTemporary = false

  /// The record whose policy counts for `start`: its own, that of its organizational domain, or that of the public suffix
  /// above (DMARCbis, "Policy Discovery").
  var policy: Find? {
    finds.first { $0.domain == start } ?? finds.first { $0.domain == organizationalDomain }
      ?? finds.first { $0.record.publicSuffix == .yes }
  }
}

/// Finds policies and organizational domains, each name at most once.
struct DMARCFinder: Sendable {
  let dns: any DNSLookup
  let method: DMARCDiscoveryMethod
  let suffixes: PublicSuffixList?
  private var known: [String: DMARCDiscovery] = [:]

  init(_ dns: any DNSLookup, _ suffixes: PublicSuffixList?) {
    self.dns = dns
    self.suffixes = suffixes
    method = suffixes == nil ? .treeWalk : .publicSuffix
  }

  /// `domain` is a canonical name.
  mutating func discover(_ domain: String) async -> DMARCDiscovery {
    if let discovery = known[domain] { return discovery }
    let discovery = suffixes == nil ? await walk(domain) : await lookUp(domain)
    known[domain] = discovery
    return discovery
  }

  /// The one record at a name. RFC 7489 §6.6.3: several are as good as none.
  private func record(_ domain: String) async -> (record: DMARCRecord?, isTemporary: Bool) {
    guard !Task.isCancelled else { return (nil, true) }
    let answer = await dns.query("_dmarc.\(domain)", .txt)
    if answer.isTemporary { return (nil, true) }
    let records = answer.records.compactMap(\.text).compactMap { DMARCRecord($0) }
    return (records.count == 1 ? records[0] : nil, false)
  }

  /// The tree walk of DMARCbis: the name itself, then at most seven labels of it, one less each time: at most eight
  /// questions. It ends early at a record that says psd=y or psd=n.
  private func walk(_ domain: String) async -> DMARCDiscovery {
    var discovery = DMARCDiscovery(start: domain, organizationalDomain: domain)
    var labels = domain.split(separator: ".")[...]
    while !labels.isEmpty {
      let name = labels.joined(separator: ".")
      let (record, isTemporary) = await record(name)
      if isTemporary { discovery.isTemporary = true }
      if let record {
        discovery.finds.append(.init(domain: name, record: record))
        if record.publicSuffix != .unknown { break }
      }
      labels = labels.count > 8 ? labels.suffix(7) : labels.dropFirst()
    }
    discovery.organizationalDomain = Self.organizationalDomain(discovery)
    return discovery
  }

  /// DMARCbis, "Identification of the Organizational Domain".
  private static func organizationalDomain(_ discovery: DMARCDiscovery) -> String {
    for find in discovery.finds {
      // 1. psd=n is the organizational domain.
      if find.record.publicSuffix == .no { return find.domain }
      // 2. Above the start, psd=y: the name one label below it.
      if find.record.publicSuffix == .yes, find.domain != discovery.start {
        let count = find.domain.split(separator: ".").count + 1
        return discovery.start.split(separator: ".").suffix(count).joined(separator: ".")
      }
    }
    // 3. The record with the fewest labels; with none at all, the name itself.
    return discovery.finds.last?.domain ?? discovery.start
  }

  /// RFC 7489 §6.6.3: the name itself, then its organizational domain by the list.
  private func lookUp(_ domain: String) async -> DMARCDiscovery {
    let organization = suffixes?.organizationalDomain(of: domain) ?? domain
    var discovery = DMARCDiscovery(start: domain, organizationalDomain: organization)
    for name in domain == organization ? [domain] : [domain, organization] where discovery.finds.isEmpty {
      let (record, isTemporary) = await record(name)
      if isTemporary {
        discovery.isTemporary = true
        break
      }
      if let record { discovery.finds.append(.init(domain: name, record: record)) }
    }
    return discovery
  }
}
