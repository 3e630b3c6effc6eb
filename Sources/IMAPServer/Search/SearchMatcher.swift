import IMAP
import Mail
import Store

/// Decides whether messages match a search key, from the mailbox's table alone where that is enough.
///
/// Sets inside the key are resolved and texts are folded once, when it is made.
struct SearchMatcher: Sendable {
  indirect enum Test: Sendable {
    case always(Bool)
    case all([Test])
    case any([Test])
    case not(Test)
    case index(NumberSet)
    case uid(NumberSet)
    case flags(Flags)
    case recent
    case record(@Sendable (MessageRecord) -> Bool)
    /// By days since 1970.
    case sent(@Sendable (Int) -> Bool)
    case header(name: [UInt8], SearchText)
    case body(SearchText)
    case text(SearchText)
  }

  let test: Test
  private let view: ViewSnapshot

  init(_ key: SearchKey, view: ViewSnapshot, saved: NumberSet, now: Int64) {
    self.view = view
    test = Compiler(view: view, saved: saved, now: now).test(key)
  }

  /// The answer from the table alone; nil when the message itself must be read.
  func matches(index: Int, record: MessageRecord) -> Bool? { evaluate(test, index, record, nil) }

  /// The answer with the message at hand.
  func matches(index: Int, record: MessageRecord, message: SearchedMessage) -> Bool {
    evaluate(test, index, record, message) ?? false
  }

  private func evaluate(_ test: Test, _ index: Int, _ record: MessageRecord, _ message: SearchedMessage?) -> Bool? {
    switch test {
    case .always(let answer): answer
    case .not(let inner): evaluate(inner, index, record, message).map { !$0 }
    case .all(let tests): combine(tests, index, record, message, decisive: false)
    case .any(let tests): combine(tests, index, record, message, decisive: true)
    case .index(let set): set.contains(UInt32(index + 1))
    case .uid(let set): set.contains(record.uid)
    case .flags(let flags): record.flags.isSuperset(of: flags)
    case .recent: view.isRecent(record.uid)
    case .record(let check): check(record)
    case .sent(let check): message.map { $0.sentDay.map(check) ?? false }
    case .header(let name, let text): message.map { $0.hasField(name, containing: text) }
    case .body(let text): message.map { $0.bodyContains(text) }
    case .text(let text): message.map { $0.headerContains(text) || $0.bodyContains(text) }
    }
  }

  /// AND stops at the first false, OR at the first true; an unknown counts only when nothing else decides.
  private func combine(
    _ tests: [Test], _ index: Int, _ record: MessageRecord, _ message: SearchedMessage?, decisive: Bool
  ) -> Bool? {
    var isUnknown = false
    for test in tests {
      guard let answer = evaluate(test, index, record, message) else {
        isUnknown = true
        continue
      }
      if answer == decisive { return decisive }
    }
    return isUnknown ? nil : !decisive
  }
}

/// Turns a search key into tests.
private struct Compiler {
  let view: ViewSnapshot
  let saved: NumberSet
  let now: Int64

  func test(_ key: SearchKey) -> SearchMatcher.Test {
    switch key {
    case .all: .always(true)
    case .not(let inner): .not(test(inner))
    case .or(let left, let right): .any([test(left), test(right)])
    case .and(let keys): .all(keys.map(test))
    case .fuzzy(let inner): test(inner)
    case .set, .uid, .emailID, .threadID: identity(key)
    case .flag(let flag): self.flag(flag)
    case .recent: .recent
    case .header(let name, let text): .header(name: Array(name.utf8), SearchText(text))
    case .body(let text): .body(SearchText(text))
    case .text(let text): .text(SearchText(text))
    case .larger(let size): .record { UInt64($0.size) > size }
    case .smaller(let size): .record { UInt64($0.size) < size }
    case .modSequence(let least, entry: _): .record { $0.modseq >= least }
    case .saveDateSupported: .always(true)
    // RFC 5466: no filters are kept, so none by this name exists.
    case .filter: .always(false)
    default: date(key)
    }
  }

  private func identity(_ key: SearchKey) -> SearchMatcher.Test {
    switch key {
    case .set(let set):
      // RFC 5182 §2.1: `$` stands for messages, whatever the numbers are that it is used among.
      set.isSavedResult ? .uid(saved) : .index(set.resolved(largest: UInt32(view.table.count)))
    case .uid(let set):
      set.isSavedResult ? .uid(saved) : .uid(set.resolved(largest: view.table.highestUID ?? 0))
    case .emailID(let id): .record { ObjectID.email($0.email) == id }
    default: .always(false)
    }
  }

  private func flag(_ flag: IMAPFlag) -> SearchMatcher.Test {
    switch flag {
    case .recent: .recent
    default:
      // A keyword that the mailbox does not know is on no message.
      FlagNames.flags([flag], known: view.keywords).map { .flags($0) } ?? .always(false)
    }
  }

  private func date(_ key: SearchKey) -> SearchMatcher.Test {
    func arrived(_ check: @escaping @Sendable (Int) -> Bool) -> SearchMatcher.Test {
      .record { check(MailDate(seconds: $0.internalDate).civil.date.daysSinceEpoch) }
    }
    func saved(_ check: @escaping @Sendable (Int) -> Bool) -> SearchMatcher.Test {
      .record { check(MailDate(seconds: $0.savedAt).civil.date.daysSinceEpoch) }
    }
    let now = now
    return switch key {
    case .before(let day): arrived { [day = day.daysSinceEpoch] in $0 < day }
    case .on(let day): arrived { [day = day.daysSinceEpoch] in $0 == day }
    case .since(let day): arrived { [day = day.daysSinceEpoch] in $0 >= day }
    case .savedBefore(let day): saved { [day = day.daysSinceEpoch] in $0 < day }
    case .savedOn(let day): saved { [day = day.daysSinceEpoch] in $0 == day }
    case .savedSince(let day): saved { [day = day.daysSinceEpoch] in $0 >= day }
    case .sentBefore(let day): .sent { [day = day.daysSinceEpoch] in $0 < day }
    case .sentOn(let day): .sent { [day = day.daysSinceEpoch] in $0 == day }
    case .sentSince(let day): .sent { [day = day.daysSinceEpoch] in $0 >= day }
    // RFC 5032 §3: by INTERNALDATE; "younger" includes the edge.
    case .older(let seconds): .record { $0.internalDate <= now - Int64(seconds) }
    case .younger(let seconds): .record { $0.internalDate >= now - Int64(seconds) }
    default: .always(false)
    }
  }
}
