import DNS
import Synchronization

/// A DNS that is dead costs the first ones some seconds and nobody after them: while it does not answer, questions fail at once.
///
/// 1. It blows only when a question of our own, which no stranger can choose, has no answer in time: whoever lets his own name servers
///    be silent must not switch off the checks of others' mail.
/// 2. A blown fuse is tried again every half minute, by the first who asks then.
final class DNSFuse: DNSLookup {
  private struct State {
    /// Questions in a row that were silent for long. At the start nobody knows yet.
    var silent = suspicious
    var blownUntil: ContinuousClock.Instant?
    var isTrying = false
  }

  private static let suspicious = 4
  private static let slow = Duration.seconds(2)
  private static let rest = Duration.seconds(30)

  private let source: any DNSLookup
  private let state = Mutex(State())

  init(_ source: any DNSLookup) { self.source = source }

  /// True while questions fail at once.
  var isBlown: Bool {
    state.withLock { state in state.blownUntil.map { ContinuousClock.now < $0 } ?? false }
  }

  func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
    if isBlown { return .temporaryFailure("the dns does not answer") }
    if takeTrial(), await !isAlive() { return .temporaryFailure("the dns does not answer") }
    let began = ContinuousClock.now
    let answer = await source.query(name, type)
    let took = ContinuousClock.now - began
    state.withLock { state in
      if !answer.isTemporary { state.silent = 0 } else if took >= Self.slow { state.silent += 1 }
    }
    return answer
  }

  /// True for one asker, who has to find out.
  private func takeTrial() -> Bool {
    if Task.isCancelled { return false }
    return state.withLock { state in
      guard !state.isTrying, state.blownUntil != nil || state.silent >= Self.suspicious else { return false }
      state.isTrying = true
      return true
    }
  }

  /// Asks for a name that does not exist, so that no cache knows it.
  private func isAlive() async -> Bool {
    let name = "barid-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).arpa"
    let source = source
    let answer = await withinTime(Self.slow, DNSAnswer.temporaryFailure("silence")) { () -> DNSAnswer in
      let answer = await source.query(name, .a)
      // Cancelled: too slow. A refusal that comes soon holds nobody up.
      return Task.isCancelled ? .temporaryFailure("silence") : answer.isTemporary ? .noData : answer
    }
    // Who was cancelled meanwhile has found out nothing.
    let isUndecided = Task.isCancelled
    state.withLock { state in
      state.isTrying = false
      if isUndecided { return }
      state.silent = 0
      state.blownUntil = answer.isTemporary ? ContinuousClock.now + Self.rest : nil
    }
    return !answer.isTemporary || isUndecided
  }
}
