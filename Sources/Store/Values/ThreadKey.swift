import Crypto
import Mail

/// What makes messages one thread, as RFC 8621 §3 recommends: a Message-ID in common among Message-ID, In-Reply-To and References, and
/// the same base subject (RFC 5256 §2.1), blanks and case disregarded.
package enum ThreadKey {
  /// The nearest ancestors count; lists of hundreds do not.
  private static let limit = 20

  /// One hash for each id with the subject, nearest first. `ids` as in `Derived.threadKeys`: nearest last.
  package static func hashes(ids: [String], subject: String) -> [Int64] {
    let base = Casemap.fold(BaseSubject(subject).text).filter { $0 != 0x20 }
    var hashes: [Int64] = []
    for id in ids.suffix(limit).reversed() {
      var hash = SHA256()
      hash.update(data: Array(id.utf8))
      hash.update(data: [0])
      hash.update(data: base)
      let value = hash.finalize().withUnsafeBytes { $0.little(0, Int64.self) }
      if !hashes.contains(value) { hashes.append(value) }
    }
    return hashes
  }
}
