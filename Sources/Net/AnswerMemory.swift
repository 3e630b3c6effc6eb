import DNS
import Synchronization

/// Answers in front of libunbound's own cache: a busy server asks the same questions about the same senders all the time, and each would
/// cost two changes of thread. An answer holds as long as its records do, and a minute at most: the library keeps the longer memory.
final class AnswerMemory: Sendable {
  private struct Question: Hashable {
    var name: String
    var type: RecordType
  }

  private struct Kept {
    var answer: DNSAnswer
    var ends: ContinuousClock.Instant
  }

  private static let longest = 60
  /// Answers at most, some hundred bytes each; beyond, all are forgotten and asked again.
  private static let most = 8_192

  private let kept = Mutex<[Question: Kept]>([:])
  private let now: @Sendable () -> ContinuousClock.Instant

  init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

  func answer(_ name: String, _ type: RecordType) -> DNSAnswer? {
    let question = Question(name: name, type: type)
    return kept.withLock { kept in
      guard let known = kept[question] else { return nil }
      if known.ends > now() { return known.answer }
      kept[question] = nil
      return nil
    }
  }

  /// What failed is not kept.
  func keep(_ found: TimedAnswer, _ name: String, _ type: RecordType) {
    guard found.seconds > 0 else { return }
    let ends = now() + .seconds(min(found.seconds, Self.longest))
    kept.withLock { kept in
      if kept.count >= Self.most { kept = [:] }
      kept[Question(name: name, type: type)] = Kept(answer: found.answer, ends: ends)
    }
  }
}
