import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Drives one session: the only channel handler that services ever sit behind.
///
/// Everything here runs on the connection's event loop. Invariants:
/// 1. The session is called by `pump` and `open` alone, never while it is being called and never while work is under way.
/// 2. At most one piece of work (`work`) and at most one write (`isSending`) are under way.
/// 3. Every continuation in `waiters` is resumed exactly once: when there is room, or when the connection ends.
/// 4. `finish` runs exactly once, when the channel is inactive and no work is under way; it calls `closed`.
final class SessionHandler<S: Session>: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Phase {
    /// Not active yet, or in the handshake of implicit TLS: there is no session yet.
    case opening
    case talking
    /// In the handshake after STARTTLS.
    case securing
    /// The last output is on its way.
    case closing
    /// All is said; waiting for the peer to hang up.
    case lingering
    case closed
  }

  let door: Door<S>
  let loop: LoopContext
  var context: ChannelHandlerContext?
  var peer: Peer
  var ticket: Admission.Ticket
  var phase = Phase.opening
  var session: S?
  var waker: Waker?
  var isTLS: Bool

  // Input
  var input = Input()
  /// Bytes have come, or are left, that the session should look at.
  var isInputDue = false
  /// The peer has closed its sending half.
  var isInputClosed = false
  var isReadHeld = false
  var compression: Compression?
  var isReceiveLarge = false

  // What waits to be told
  var outcome: S.Outcome?
  var secured: TLSSummary?
  var isWakeDue = false
  var isDeadlineDue = false
  var isQuiesceDue = false
  /// The session gets its last word and the connection ends, whatever it answers.
  var mustClose = false
  var isPumping = false
  var hasYielded = false
  /// The session got on since it last began to wait.
  var gotOn = true
  /// Steps in a row that consumed and wrote nothing.
  var fruitless = 0

  // Work
  var work: Task<Void, Never>?
  var workNumber = 0
  /// The wake is told although output waits for a slow reader.
  var isWakeUrgent = false
  /// Work that may write nothing more.
  var interruptedWork = 0
  var waiters: [CheckedContinuation<Bool, Never>] = []

  // Output
  var output = Output()
  var isSending = false
  var isTransmitting = false
  /// Too much output waits for a slow reader: no more commands until half has gone.
  var isCongested = false

  var clock = ConnectionClock()

  init(door: Door<S>, ticket: Admission.Ticket, peer: Peer, loop: LoopContext) {
    self.door = door
    self.ticket = ticket
    self.peer = peer
    self.loop = loop
    isTLS = door.settings.tls == .implicit
  }

  var core: ServerCore { door.core }

  // MARK: From the channel

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    core.register(self, id: peer.id, on: loop)
    if context.channel.isActive { begin() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    // A channel that never became active still gives its place back.
    end()
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    begin()
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { received(unwrapInboundIn(data)) }

  func channelReadComplete(context: ChannelHandlerContext) { pump() }

  func read(context: ChannelHandlerContext) {
    if shouldHoldRead { isReadHeld = true } else { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event {
      inputEnded()
    } else if case TLSUserEvent.handshakeCompleted = event {
      handshakeCompleted()
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOSSLError.uncleanShutdown:
      // Many clients hang up without close_notify. What was cut off was no whole command, and is not acted on.
      return
    case NIOSSLError.handshakeFailed:
      add(to: core.counters.failedHandshakesCount)
      note("tls handshake failed", ["error": "\(error)"])
    default:
      note("connection failed", ["error": "\(error)"])
    }
    context.close(promise: nil)
  }

  // MARK: The life of the connection

  private func begin() {
    guard phase == .opening, session == nil else { return }
    if isTLS {
      clock.phaseEnds = .now() + TimeAmount(core.settings.handshakeLimit)
      rearm()
    } else {
      open()
    }
  }

  /// Makes the session and lets it greet.
  func open() {
    let waker = Waker(loop: loop.loop, target: self)
    self.waker = waker
    phase = .talking
    session = door.makeSession(peer, waker)
    guard let step = session?.opened(&output) else { return }
    perform(step)
    pump()
  }

  /// The channel is inactive: nothing can be sent or received any more.
  private func end() {
    guard phase != .closed else { return }
    phase = .closed
    cancelTimer()
    resumeWaiters(open: false)
    waker?.retire()
    waker = nil
    if let work { work.cancel() } else { finish() }
  }

  /// The very end; see invariant 4. Work that returned too late is still told, though nothing more can be said.
  func finish() {
    if let outcome {
      self.outcome = nil
      _ = session?.advance(.outcome(outcome), &input, &output)
    }
    session?.closed()
    session = nil
    input = Input()
    output = Output()
    compression = nil
    core.admission.release(ticket)
    add(to: core.counters.closedCount)
    core.unregister(id: peer.id, on: loop)
  }

  func note(_ phrase: Logger.Message, _ facts: Logger.Metadata = [:]) {
    core.logger.debug(
      phrase,
      metadata: facts.merging(
        ["connection": "\(peer.id)", "listener": "\(peer.listener)", "peer": "\(peer.address)"]
      ) { fact, _ in fact })
  }
}

extension SessionHandler: Wakeable, LiveConnection {
  func wakeArrived() {
    isWakeDue = true
    pump()
  }

  func interruptArrived() {
    isWakeDue = true
    isWakeUrgent = true
    if let work {
      interruptedWork = workNumber
      work.cancel()
      resumeWaiters(open: false)
    }
    pump()
  }

  func quiesce() {
    if phase == .opening || phase == .securing { return cut() }
    isQuiesceDue = true
    pump()
  }

  /// Ends the connection now, whatever is still to be sent.
  func cut() {
    if phase == .talking || phase == .securing || phase == .opening { phase = .closing }
    clock.patienceEnds = nil
    clock.measureRate(false, now: .now())
    work?.cancel()
    resumeWaiters(open: false)
    guard let context else { return }
    // Below TLS: no close_notify, which a peer that takes nothing would hold up.
    let operations = context.pipeline.syncOperations
    if isTLS, let tls = try? operations.context(handlerType: NIOSSLServerHandler.self) {
      tls.close(promise: nil)
    } else {
      context.close(promise: nil)
    }
  }
}
