import Logging
import NIOCore

/// A connection's deadlines, all kept by one timer that is set anew only when it must ring earlier.
struct ConnectionClock {
  /// When the session last got on.
  var waitingSince = NIODeadline.now()
  /// While the session waits: when its patience is over.
  var patienceEnds: NIODeadline?
  /// The end of a handshake, or of lingering.
  var phaseEnds: NIODeadline?
  /// When the piece under way began to be sent.
  var sendingSince = NIODeadline.now()
  /// While a stranger is amid a command or body: when the interval of the minimum rate began.
  var rateSince: NIODeadline?
  var rateBytes = 0
  var timer: NIOScheduledCallback?
  var timerRings = NIODeadline.distantFuture

  /// Starts or stops an interval of the minimum rate.
  mutating func measureRate(_ isAmid: Bool, now: NIODeadline) {
    if !isAmid {
      rateSince = nil
    } else if rateSince == nil {
      rateSince = now
      rateBytes = 0
    }
  }
}

extension SessionHandler: NIOScheduledCallbackHandler {
  /// Sets the timer when something is due before it rings.
  func rearm() {
    guard phase != .closed else { return }
    var due = clock.phaseEnds ?? .distantFuture
    if let end = clock.patienceEnds { due = min(due, end) }
    if isSending { due = min(due, clock.sendingSince + TimeAmount(core.settings.stallLimit)) }
    if let start = clock.rateSince { due = min(due, start + TimeAmount(core.settings.minimumRate.interval)) }
    guard due < clock.timerRings else { return }
    clock.timer?.cancel()
    clock.timerRings = due
    do {
      clock.timer = try loop.loop.assumeIsolated().scheduleCallback(at: due, handler: self)
    } catch {
      core.logger.error("timer not set", metadata: ["error": "\(error)"])
    }
  }

  func cancelTimer() {
    clock.timer?.cancel()
    clock.timer = nil
    clock.timerRings = .distantFuture
  }

  func handleScheduledCallback(eventLoop: some EventLoop) {
    clock.timer = nil
    clock.timerRings = .distantFuture
    guard phase != .closed else { return }
    let now = NIODeadline.now()
    if let end = clock.phaseEnds, end <= now {
      clock.phaseEnds = nil
      phaseOver()
    } else if isSending, clock.sendingSince + TimeAmount(core.settings.stallLimit) <= now {
      add(to: core.counters.stalledCount)
      note("peer takes nothing")
      cut()
    } else {
      checkRate(now)
      if let end = clock.patienceEnds, end <= now {
        clock.patienceEnds = nil
        add(to: core.counters.deadlinesCount)
        isDeadlineDue = true
        pump()
      }
    }
    rearm()
  }

  private func phaseOver() {
    switch phase {
    case .opening, .securing:
      add(to: core.counters.failedHandshakesCount)
      note("tls handshake too slow")
      cut()
    case .lingering:
      cut()
    case .talking, .closing, .closed:
      break
    }
  }

  private func checkRate(_ now: NIODeadline) {
    let rule = core.settings.minimumRate
    guard let start = clock.rateSince, start + TimeAmount(rule.interval) <= now else { return }
    if clock.rateBytes < rule.bytes {
      add(to: core.counters.tooSlowCount)
      note("peer too slow", ["bytes": "\(clock.rateBytes)"])
      // The session says its last word as at a deadline.
      mustClose = true
      clock.patienceEnds = now
    }
    clock.rateSince = now
    clock.rateBytes = 0
  }
}
