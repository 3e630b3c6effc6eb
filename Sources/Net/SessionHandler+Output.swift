import NIOCore

/// How much output may wait, and in which pieces it goes.
enum OutputLimits {
  /// More than this waiting: no more commands, and a `write` waits.
  static let high = 65_536
  /// Half has gone: on with it.
  static let low = 32_768
  static let plainPiece = 65_536
  /// One TLS record's payload: NIOSSL keeps a buffer as large as the largest flush (docs: measurements §3).
  static let tlsPiece = 16_384
}

extension SessionHandler {
  /// Sends what there is, one piece after the other, each after the one before has gone to the system.
  func transmit() {
    guard !isTransmitting else { return }
    isTransmitting = true
    while !isSending, !output.isEmpty, let context, phase != .closed {
      sendPiece(context)
    }
    isTransmitting = false
    if phase == .closing { hangUpIfSaid() }
  }

  private func sendPiece(_ context: ChannelHandlerContext) {
    let limit = isTLS ? OutputLimits.tlsPiece : OutputLimits.plainPiece
    let piece: ByteBuffer
    if output.count <= limit {
      piece = output.buffer
      output.buffer = ByteBuffer()
    } else if let slice = output.buffer.readSlice(length: limit) {
      piece = slice
    } else {
      return
    }
    let count = piece.readableBytes
    guard let wire = wireForm(piece) else { return cut() }
    isSending = true
    clock.sendingSince = .now()
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { result in
      self.sent(count, isWhole: (try? result.get()) != nil)
    }
    context.writeAndFlush(wrapOutboundOut(wire), promise: promise)
  }

  private func sent(_ count: Int, isWhole: Bool) {
    isSending = false
    // A failed write: the channel is closing and says so itself.
    guard isWhole, phase != .closed else { return }
    add(count, to: core.counters.bytesOutCount)
    transmit()
    guard output.count <= OutputLimits.low else { return }
    resumeWaiters(open: true)
    if isCongested {
      isCongested = false
      pump()
    }
  }

  /// True when so much output waits that no more commands should be done.
  func makeCongestedIfFull() -> Bool {
    guard output.count >= OutputLimits.high else { return false }
    transmit()
    isCongested = output.count >= OutputLimits.high
    return isCongested
  }

  // MARK: The end

  /// Sends what is left, then hangs up.
  func beginClose() {
    guard phase == .talking || phase == .opening || phase == .securing else { return }
    phase = .closing
    clock.patienceEnds = nil
    clock.measureRate(false, now: .now())
    input = Input()
    transmit()
    releaseRead()
  }

  private func hangUpIfSaid() {
    guard phase == .closing, !isSending, output.isEmpty, let context else { return }
    phase = .lingering
    clock.phaseEnds = .now() + TimeAmount(core.settings.lingerLimit)
    if isTLS || isInputClosed {
      // NIOSSL says close_notify and waits for the peer's.
      context.close(promise: nil)
    } else {
      // Closing at once with bytes unread would reset the connection and lose our last word (RFC 1122 §4.2.2.13).
      context.close(mode: .output, promise: nil)
    }
    rearm()
  }
}

// MARK: For the writer

extension SessionHandler {
  enum Room { case free, full, closed }

  /// Takes bytes from the work under way.
  func accept(_ bytes: ByteBuffer, from number: Int) -> Room {
    guard isOpen(for: number) else { return .closed }
    if output.isEmpty { output.buffer = bytes } else { output.buffer.writeImmutableBuffer(bytes) }
    if output.count >= OutputLimits.tlsPiece { push() }
    return output.count < OutputLimits.high ? .free : .full
  }

  func push() {
    transmit()
    rearm()
  }

  /// Resumes `waiter` when there is room (true) or the connection has ended (false).
  func waitForRoom(_ waiter: CheckedContinuation<Bool, Never>, from number: Int) {
    if !isOpen(for: number) {
      waiter.resume(returning: false)
    } else if output.count < OutputLimits.high {
      waiter.resume(returning: true)
    } else {
      waiters.append(waiter)
    }
  }

  func resumeWaiters(open: Bool) {
    guard !waiters.isEmpty else { return }
    let resumed = waiters
    waiters = []
    for waiter in resumed { waiter.resume(returning: open) }
  }

  private func isOpen(for number: Int) -> Bool {
    phase == .talking && work != nil && workNumber == number && interruptedWork != number
  }
}

/// A writer's way to its connection.
struct ConnectionSink<S: Session>: WriterSink {
  var connection: NIOLoopBound<SessionHandler<S>>
  /// The piece of work that may write.
  var work: Int

  func write(_ bytes: ByteBuffer) async throws(ConnectionClosed) {
    if connection.eventLoop.inEventLoop {
      switch connection.value.accept(bytes, from: work) {
      case .free: return
      case .closed: throw ConnectionClosed()
      case .full: break
      }
      try await waitForRoom()
    } else {
      let isOpen = await withCheckedContinuation { (waiter: CheckedContinuation<Bool, Never>) in
        connection.eventLoop.execute {
          _ = connection.value.accept(bytes, from: work)
          connection.value.waitForRoom(waiter, from: work)
        }
      }
      if !isOpen { throw ConnectionClosed() }
    }
  }

  func flush() async throws(ConnectionClosed) {
    if connection.eventLoop.inEventLoop { connection.value.push() }
    try await waitForRoom()
  }

  private func waitForRoom() async throws(ConnectionClosed) {
    let isOpen = await withCheckedContinuation { (waiter: CheckedContinuation<Bool, Never>) in
      if connection.eventLoop.inEventLoop {
        connection.value.waitForRoom(waiter, from: work)
      } else {
        connection.eventLoop.execute {
          connection.value.push()
          connection.value.waitForRoom(waiter, from: work)
        }
      }
    }
    if !isOpen { throw ConnectionClosed() }
  }
}
