import Logging
import NIOCore

/// What a tick of one connection may do before the others get their turn.
enum TickBudget {
  static let commands = 64
  static let bytes = 262_144
  /// So many times `.proceed` with nothing consumed and nothing written is a fault of the session.
  static let fruitless = 1_000
}

extension SessionHandler {
  /// Tells the session what there is to tell, until it waits, works or ends.
  func pump() {
    guard !isPumping, phase == .talking, work == nil, !hasYielded else { return }
    isPumping = true
    clock.patienceEnds = nil
    var commands = 0
    var bytes = 0
    while phase == .talking, work == nil {
      if !isWakeUrgent, makeCongestedIfFull() { break }
      if input.count < InputLimits.held { inflate() }
      if isInputDue, !input.isEmpty, commands >= TickBudget.commands || bytes >= TickBudget.bytes {
        yieldTick()
        break
      }
      guard let event = nextEvent() else {
        startWaiting()
        break
      }
      let before = input.count
      tell(event)
      bytes += before - input.count
      commands += 1
    }
    isPumping = false
    transmit()
    releaseRead()
    rearm()
  }

  /// What comes first is told first: the work's outcome, then the handshake, then the server's and the store's news, then bytes.
  private func nextEvent() -> Event<S.Outcome>? {
    if let outcome = outcome.take() { return .outcome(outcome) }
    if let secured = secured.take() { return .secured(secured) }
    if take(&isQuiesceDue) { return .quiesce }
    if take(&isWakeDue) {
      isWakeUrgent = false
      return .wake
    }
    if take(&isDeadlineDue) { return .deadline }
    if take(&isInputDue), !input.isEmpty { return .input }
    return nil
  }

  private func tell(_ event: Event<S.Outcome>) {
    let (before, written) = (input.count, output.count)
    guard let step = session?.advance(event, &input, &output) else { return }
    if case .proceed = step, input.count == before, output.count == written {
      fruitless += 1
      if fruitless > TickBudget.fruitless { return giveUp() }
    } else {
      fruitless = 0
    }
    switch event {
    case .outcome, .secured, .deadline: gotOn = true
    case .input: if input.count < before { gotOn = true }
    case .wake, .quiesce: break
    }
    if ticket.isStranger, session?.isTrusted == true { core.admission.trust(&ticket) }
    setReceiveSize()
    if mustClose, case .deadline = event { beginClose() } else { perform(step) }
  }

  /// The session turns in circles.
  private func giveUp() {
    core.logger.error(
      "session makes no progress", metadata: ["connection": "\(peer.id)", "listener": "\(peer.listener)"])
    cut()
  }

  func perform(_ step: Step<S.Outcome>) {
    switch step {
    case .wait: break
    case .proceed:
      isInputDue = true
    case .run(let work): start(work)
    case .startTLS: startTLS()
    case .startCompression: startCompression()
    case .endCompression: endCompression()
    case .close: beginClose()
    }
  }

  /// The session has nothing to do until something happens.
  private func startWaiting() {
    // After the peer's last byte nothing can come that the session waits for.
    if isInputClosed { return beginClose() }
    let now = NIODeadline.now()
    if take(&gotOn) { clock.waitingSince = now }
    clock.patienceEnds = clock.waitingSince + TimeAmount(min(session?.patience ?? .zero, .seconds(31_536_000)))
    let isAmid = ticket.isStranger && core.settings.minimumRate.bytes > 0 && (!input.isEmpty || input.isBodyStreaming)
    clock.measureRate(isAmid, now: now)
  }

  /// Gives the loop's other connections their turn.
  private func yieldTick() {
    hasYielded = true
    loop.loop.assumeIsolated().execute {
      self.hasYielded = false
      self.pump()
    }
  }

  // MARK: Work

  private func start(_ function: @escaping @Sendable (Writer) async -> S.Outcome) {
    transmit()
    isInputDue = true
    workNumber += 1
    clock.measureRate(false, now: .now())
    add(to: core.counters.runsCount)
    let connection = NIOLoopBound(self, eventLoop: loop.loop)
    let writer = Writer(sink: ConnectionSink(connection: connection, work: workNumber))
    work = Task(executorPreference: loop.executor) {
      let outcome = await function(writer)
      if connection.eventLoop.inEventLoop {
        connection.value.worked(outcome)
      } else {
        connection.eventLoop.execute { connection.value.worked(outcome) }
      }
    }
  }

  /// The work has returned.
  private func worked(_ outcome: S.Outcome) {
    work = nil
    resumeWaiters(open: false)
    self.outcome = outcome
    if phase == .closed { finish() } else { pump() }
  }
}

/// Returns a flag and clears it.
private func take(_ flag: inout Bool) -> Bool {
  defer { flag = false }
  return flag
}

extension Optional {
  fileprivate mutating func take() -> Wrapped? {
    defer { self = nil }
    return self
  }
}
