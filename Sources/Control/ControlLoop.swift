internal import Glibc
internal import Logging
internal import Synchronization

/// The thread that reads and writes the control sockets: poll, a handful of peers, one request of each at a time.
final class ControlLoop: Sendable {
  struct Call: Sendable {
    var client: Int
    var request: ControlRequest
    /// Ends when the client has gone.
    var presence: AsyncStream<Never>
  }

  /// What other threads leave for the loop.
  private struct Inbox {
    var answers: [(client: Int, line: [UInt8])] = []
    var isStopping = false
    var finished: CheckedContinuation<Void, Never>?
    var hasEnded = false
  }

  private let inbox = Mutex(Inbox())
  private let calls: AsyncStream<Call>.Continuation
  private let logger: Logger
  /// A byte here wakes the loop.
  private let wakeEnd: Int32

  init(path: String, logger: Logger, calls: AsyncStream<Call>.Continuation) throws(ControlFailure) {
    let listener = try UnixSocket()
    try listener.listen(at: path)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .cannotListen(UnixSocket.reason(errno)) }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    self.calls = calls
    self.logger = logger
    wakeEnd = ends[1]
    try start(ControlPeers(listener: listener, path: path, wake: ends[0]))
  }

  deinit { close(wakeEnd) }

  /// Sends an answer to the client, if it is still there.
  func answer(_ client: Int, _ response: ControlResponse) {
    do {
      let line = try ControlCoding.line(response)
      inbox.withLock { $0.answers.append((client, line)) }
    } catch {
      logger.error("control response not encoded", metadata: ["error": "\(error)"])
      inbox.withLock { $0.answers.append((client, [])) }
    }
    wake()
  }

  func stop() { calls.finish() }

  /// Sends what is left (for two seconds at most), closes everything and ends the thread.
  func finish() async {
    await withCheckedContinuation { continuation in
      let hasEnded = inbox.withLock { inbox in
        inbox.isStopping = true
        if !inbox.hasEnded { inbox.finished = continuation }
        return inbox.hasEnded
      }
      if hasEnded { continuation.resume() } else { wake() }
    }
  }

  private func wake() {
    var byte: UInt8 = 0
    // A full pipe wakes as well.
    _ = write(wakeEnd, &byte, 1)
  }

  // MARK: The thread

  private final class Start {
    let loop: ControlLoop
    let peers: ControlPeers
    init(_ loop: ControlLoop, _ peers: ControlPeers) {
      self.loop = loop
      self.peers = peers
    }
  }

  private func start(_ peers: ControlPeers) throws(ControlFailure) {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Start(self, peers))
    let status = pthread_create(
      &thread, nil,
      { argument in
        // SAFETY: retained by `start` for this thread alone.
        if let argument {
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          start.loop.work(start.peers)
        }
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      throw .cannotListen(UnixSocket.reason(status))
    }
    pthread_detach(thread)
  }

  private func work(_ peers: ControlPeers) {
    var stopAt: Int?
    while true {
      let (answers, isStopping) = inbox.withLock { inbox in
        defer { inbox.answers = [] }
        return (inbox.answers, inbox.isStopping)
      }
      for (client, line) in answers { peers.answer(client, line) }
      let now = ControlPeers.monotonicSeconds()
      if isStopping {
        stopAt = stopAt ?? now + 2
        if peers.hasSentAll || now >= stopAt ?? 0 { break }
      }
      for call in peers.turn(isAccepting: !isStopping, logger) {
        if case .terminated = calls.yield(call) { peers.drop(call.client) }
      }
    }
    peers.close()
    let finished = inbox.withLock { inbox in
      inbox.hasEnded = true
      return inbox.finished
    }
    finished?.resume()
  }
}
