import IMAP
import Store

/// What the STOREs that are just being answered did: one, or several that came in one go. The right untagged responses follow from it.
struct StoredChanges {
  private let stores: [StoredFlags]
  /// Which of several stores named a message.
  private let byUID: [UID: [Int]]

  /// Nil when none of the commands changed flags.
  init?(_ replies: some Sequence<CommandReply>) {
    stores = replies.compactMap { if case .stored(let flags) = $0.effect { flags } else { nil } }
    if stores.isEmpty { return nil }
    var byUID: [UID: [Int]] = [:]
    if stores.count > 1 {
      for (number, store) in stores.enumerated() {
        for uid in store.uids { byUID[uid, default: []].append(number) }
      }
    }
    self.byUID = byUID
  }

  /// Whether the client knows without being told: it asked for silence, and the flags are now what it must think they are.
  ///
  /// RFC 9051 §6.4.6: somebody else's change that came before is told nevertheless.
  func isKnown(_ record: MessageRecord, before: Flags?, _ keywords: [String]) -> Bool {
    guard var expected = before else { return false }
    var isOurs = false
    for store in stores.count == 1 ? stores : (byUID[record.uid] ?? []).map({ stores[$0] }) {
      guard store.isSilent else { return false }
      if record.modseq == store.modseq { isOurs = true }
      // RFC 7162 §3.1.3: a change that failed its test did nothing, and the client was told so; whoever did it is told of.
      guard store.modseq != nil || stores.count == 1 else { continue }
      expected = store.applied(to: expected, keywords)
    }
    return isOurs && record.flags.subtracting(.hidden) == expected.subtracting(.hidden)
  }

  /// The messages of which the client wants to hear even if nothing changed, ascending: those of STOREs that are not silent.
  var told: [UID] {
    if stores.count == 1 { return stores[0].isSilent ? [] : stores[0].uids }
    return Set(stores.filter { !$0.isSilent }.flatMap(\.uids)).sorted()
  }

  /// The messages besides whose mod-sequence is told even if nothing changed, ascending.
  ///
  /// RFC 7162 §3.1.3: what passes UNCHANGEDSINCE MUST be answered with it, also under .SILENT.
  var confirmed: [UID] {
    let passed = stores.filter(\.isSilent).flatMap(\.passed)
    if stores.count == 1 || passed.isEmpty { return passed }
    return Set(passed).subtracting(told).sorted()
  }
}

extension StoredFlags {
  fileprivate func applied(to before: Flags, _ keywords: [String]) -> Flags {
    let named = flags.reduce(into: Flags()) { $0.formUnion(FlagNames.flags([$1], known: keywords) ?? []) }
    return switch mode {
    case .replace: named
    case .add: before.union(named)
    case .remove: before.subtracting(named)
    }
  }
}
