internal import Synchronization

/// Asks another lookup and remembers every answer, for as long as it lives: one for each message keeps SPF, DKIM and DMARC
/// from asking the same question twice, and counts what was asked.
public final class RememberingLookup: DNSLookup {
  private struct Question: Hashable {
    var name: String
    var type: RecordType
  }

  private struct Memory {
    var answers: [Question: DNSAnswer] = [:]
    var asked = 0
  }

  private let source: any DNSLookup
  private let limit: Int
  private let memory = Mutex(Memory())

  /// - Parameter limit: after so many questions to `source`, every further one is answered with a temporary failure.
  public init(_ source: any DNSLookup, limit: Int = .max) {
    self.source = source
    self.limit = limit
  }

  /// How many questions went to the source.
  public var questionCount: Int { memory.withLock { $0.asked } }

  public func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
    guard let canonical = DNSName.canonical(name) else { return .noName }
    let question = Question(name: canonical, type: type)
    let known: DNSAnswer? = memory.withLock { memory in
      if let answer = memory.answers[question] { return answer }
      if memory.asked >= limit { return .temporaryFailure("too many questions") }
      memory.asked += 1
      return nil
    }
    if let known { return known }
    let answer = await source.query(canonical, type)
    memory.withLock { $0.answers[question] = answer }
    return answer
  }
}
