internal import MailAuth

// The keys with which domains sign: two each (RSA 2048 for everybody, Ed25519 for those who know RFC 8463).
extension Directory {
  /// The keys of a domain, oldest first; those too that are no longer or not yet used.
  package func keys(of domain: String) throws(DirectoryError) -> [DomainKey] {
    let snapshot = snapshot
    let name = try snapshot.domainName(domain)
    guard snapshot.domainTable[name] != nil else { throw .domainUnknown(name) }
    return snapshot.keyTable[name] ?? []
  }

  /// Gives a domain its first keys; nothing happens if it has some.
  package func makeKeys(for domain: String) async throws(DirectoryError) {
    guard try keys(of: domain).isEmpty else { return }
    try await replaceKeys(of: domain, onlyFirst: true, signsAfter: 0, staysFor: 0)
  }

  /// Gives a domain new keys. They sign after `signsAfter` seconds, so that their records can be published before; the old ones must
  /// stay published for `staysFor` seconds more, because mail that they signed is still under way. Returns all keys.
  @discardableResult
  package func rotateKeys(
    of domain: String, signsAfter: Int64, staysFor: Int64
  ) async throws(DirectoryError) -> [DomainKey] {
    try await replaceKeys(of: domain, onlyFirst: false, signsAfter: signsAfter, staysFor: staysFor)
    return try keys(of: domain)
  }

  private func replaceKeys(
    of domain: String, onlyFirst: Bool, signsAfter: Int64, staysFor: Int64
  ) async throws(DirectoryError) {
    let now = options.now()
    let makeRSAKey = options.makeRSAKey
    // On the threads for long work: it takes some tenths of a second of CPU.
    guard let made = await hashing.run({ Self.generate(makeRSAKey, at: now) }) ?? nil else {
      throw .fault("no key could be made")
    }
    try await change { next throws(DirectoryError) in
      ((), try next.addKeys(domain, made, onlyFirst: onlyFirst, signsAfter: signsAfter, staysFor: staysFor, at: now))
    }
  }

  private static func generate(_ makeRSAKey: () -> DKIMPrivateKey?, at now: Int64) -> [DomainKey]? {
    guard let rsa = makeRSAKey() else { return nil }
    return [(rsa, "r"), (DKIMPrivateKey.generateEd25519(), "e")].map { key, letter in
      DomainKey(
        selector: letter, algorithm: key.algorithm, secret: key.pem, record: key.record, createdAt: now, signsFrom: now)
    }
  }
}

extension DirectorySnapshot {
  /// The keys that sign mail of `domain` (in the form of the snapshot's keys) at `now`; empty: it is not ours, or has none.
  package func signingKeys(of domain: String, at now: Int64) -> [DomainKey] {
    let keys = (keyTable[domain] ?? []).filter { $0.signsFrom <= now }
    guard let newest = keys.map(\.signsFrom).max() else { return [] }
    return keys.filter { $0.signsFrom == newest }
  }

  /// `made`: the selector is only its last letter; the day comes in front of it.
  mutating func addKeys(
    _ text: String, _ made: [DomainKey], onlyFirst: Bool, signsAfter: Int64, staysFor: Int64, at now: Int64
  ) throws(DirectoryError) -> [RowChange] {
    let name = try domainName(text)
    guard domainTable[name] != nil else { throw .domainUnknown(name) }
    var keys = keyTable[name] ?? []
    if onlyFirst, !keys.isEmpty { return [] }
    let signsFrom = keys.isEmpty ? now : now + signsAfter
    var rows: [RowChange] = []
    for old in keys where old.retiresAt.map({ $0 < now }) ?? false { rows.append(.removeKey(name, old.selector)) }
    keys.removeAll { $0.retiresAt.map { $0 < now } ?? false }
    for index in keys.indices where keys[index].retiresAt == nil {
      keys[index].retiresAt = signsFrom + staysFor
      rows.append(.putKey(name, keys[index]))
    }
    let number = Self.freeNumber(keys, at: now)
    for var key in made {
      key.selector = "b\(Self.day(now))\(number)\(key.selector)"
      key.signsFrom = signsFrom
      keys.append(key)
      rows.append(.putKey(name, key))
    }
    keyTable[name] = keys
    return rows
  }

  /// "", or "x2", "x3", … for the second and later pairs of one day. Pairs that went stay in no table, but are a day older at least.
  private static func freeNumber(_ keys: [DomainKey], at now: Int64) -> String {
    for number in 1..<10_000 {
      let text = number == 1 ? "" : "x\(number)"
      if !keys.contains(where: { $0.selector == "b\(day(now))\(text)r" }) { return text }
    }
    return "x\(now)"
  }

  /// 20261121
  private static func day(_ now: Int64) -> String {
    // Howard Hinnant's civil_from_days.
    let days = now / 86_400 + 719_468
    let era = days / 146_097
    let ofEra = days - era * 146_097
    let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let shifted = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return String((year + era * 400 + (month <= 2 ? 1 : 0)) * 10_000 + month * 100 + day)
  }
}
