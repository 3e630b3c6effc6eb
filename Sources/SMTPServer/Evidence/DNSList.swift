import DNS

/// A DNS-based list of addresses (RFC 5782) and the answers that its operator documents.
package struct DNSList: Hashable, Sendable {
  /// The name below which is asked.
  package let zone: String
  /// The documented answers; others mean nothing.
  let answers: [ClosedRange<UInt32>]

  /// Reads "zen.spamhaus.org", or with the answers that count "list.example=127.0.0.2,127.0.0.4-127.0.0.7".
  ///
  /// Without answers those of a known list are taken, or 127.0.0.2 to 127.0.0.254. nil: not a zone, or an answer outside 127.0.0.0/16,
  /// or one that means an error or a test.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let zone = DNSName.canonical(String(first)), zone.contains("."), zone.count <= 180
    else { return nil }
    self.zone = zone
    guard parts.count == 2 else {
      answers = Self.documented[zone] ?? [0x7F00_0002...0x7F00_00FE]
      return
    }
    var ranges: [ClosedRange<UInt32>] = []
    for piece in parts[1].split(separator: ",") {
      let ends = piece.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { IPv4Address($0) }
      guard let low = ends.first, let low, let high = ends.last, let high, low.rawValue <= high.rawValue,
        low.rawValue >= 0x7F00_0002, high.rawValue <= 0x7F00_FFFF
      else { return nil }
      ranges.append(low.rawValue...high.rawValue)
    }
    guard !ranges.isEmpty else { return nil }
    answers = ranges
  }

  /// What the operators of well-known lists document (their pages, 2026).
  private static let documented: [String: [ClosedRange<UInt32>]] = [
    // SBL, CSS, XBL, DROP, PBL.
    "zen.spamhaus.org": [0x7F00_0002...0x7F00_0004, 0x7F00_0009...0x7F00_000B],
    "sbl.spamhaus.org": [0x7F00_0002...0x7F00_0003, 0x7F00_0009...0x7F00_0009],
    "xbl.spamhaus.org": [0x7F00_0004...0x7F00_0004],
    "bl.spamcop.net": [0x7F00_0002...0x7F00_0002],
    "b.barracudacentral.org": [0x7F00_0002...0x7F00_0002],
    "psbl.surriel.com": [0x7F00_0002...0x7F00_0002],
    // 127.0.<category>.<trust>: trust 1 to 3; 127.0.0.255 tells who asks too much.
    "list.dnswl.org": (2...20).flatMap { category in
      [0x7F00_0001 | UInt32(category) << 8...(0x7F00_0003 | UInt32(category) << 8)]
    },
  ]

  /// What an answer means.
  enum Reading: Hashable, Sendable {
    case listed
    case notListed
    /// The list does not answer as a list: the text is for our log.
    case trouble(String)
  }

  /// Reads the answer to a question for an A record.
  func read(_ answer: DNSAnswer) -> Reading {
    switch answer {
    case .noName, .noData: return .notListed
    case .temporaryFailure(let reason), .bogus(let reason): return .trouble(reason)
    case .records(let records, _):
      var strange: IPv4Address?
      for case .a(let address) in records {
        if answers.contains(where: { $0.contains(address.rawValue) }) { return .listed }
        strange = address
      }
      // 127.255.255.0/24 are operators' errors (open resolver, too many questions); anything else is a parked name or a public
      // resolver that lies.
      guard let strange else { return .notListed }
      if strange.rawValue >> 8 == 0x7FFF_FF || strange.rawValue >> 24 != 0x7F {
        return .trouble("\(zone) answers \(strange)")
      }
      return .notListed
    }
  }

  /// The name to ask for an address (RFC 5782 §2.1, §2.4).
  func name(of address: IPAddress) -> String { "\(address.unmapped.reversedLabels).\(zone)" }
}
