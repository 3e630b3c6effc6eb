internal import Glibc
internal import Logging
internal import Phrases

/// The sockets of the control loop; used by its thread only.
final class ControlPeers {
  /// More peers wait in the kernel's queue.
  static let most = 16
  /// A peer that asks nothing is sent away after so many seconds.
  static let patience = 60

  private struct Peer {
    var descriptor: Int32
    var input: [UInt8] = []
    var output: [UInt8] = []
    var sent = 0
    /// A request is being answered; the next line waits. Ended with the peer, or with the answer.
    var presence: AsyncStream<Never>.Continuation?
    var isBusy: Bool { presence != nil }
    var isClosing = false
    var deadline: Int
  }

  private let listener: Int32
  private let path: String
  private let wake: Int32
  private var peers: [Int: Peer] = [:]
  private var nextPeer = 0

  init(listener: consuming UnixSocket, path: String, wake: Int32) {
    // The loop closes it; a copy outlives the owner's scope.
    self.listener = fcntl(listener.descriptor, F_DUPFD_CLOEXEC, 0)
    self.path = path
    self.wake = wake
    _ = fcntl(self.listener, F_SETFL, O_NONBLOCK)
  }

  var hasSentAll: Bool { peers.values.allSatisfy { $0.output.isEmpty } }

  func close() {
    unlink(path)
    Glibc.close(listener)
    Glibc.close(wake)
    for id in Array(peers.keys) { drop(id) }
  }

  func answer(_ id: Int, _ line: [UInt8]) {
    guard peers[id] != nil else { return }
    peers[id]?.presence = nil
    peers[id]?.deadline = Self.monotonicSeconds() + Self.patience
    peers[id]?.output += line
    if line.isEmpty { peers[id]?.isClosing = true }
    flush(id)
  }

  /// Ends a peer; what is being done for it hears of it.
  func drop(_ id: Int) {
    guard let peer = peers.removeValue(forKey: id) else { return }
    Glibc.close(peer.descriptor)
    peer.presence?.finish()
  }

  /// Waits for input, output or a wake; returns the requests that came.
  func turn(isAccepting: Bool, _ logger: Logger) -> [ControlLoop.Call] {
    var calls = waitingLines()
    var polled: [pollfd] = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
    let hasRoom = isAccepting && peers.count < Self.most
    polled.append(pollfd(fd: hasRoom ? listener : -1, events: Int16(POLLIN), revents: 0))
    let ids = Array(peers.keys)
    for id in ids {
      guard let peer = peers[id] else { continue }
      let wantsInput = !peer.isBusy && !peer.isClosing
      let events = (wantsInput ? Int16(POLLIN) : 0) | (peer.output.isEmpty ? 0 : Int16(POLLOUT))
      polled.append(pollfd(fd: peer.descriptor, events: events, revents: 0))
    }
    let count = poll(&polled, nfds_t(polled.count), calls.isEmpty ? 500 : 0)
    if count > 0 {
      if polled[0].revents != 0 { drainWake() }
      if polled[1].revents != 0 { acceptPeer(logger) }
      for (id, state) in zip(ids, polled.dropFirst(2)) where state.revents != 0 { serve(id, state.revents) }
    }
    calls += waitingLines()
    dropIdle()
    return calls
  }

  private func serve(_ id: Int, _ events: Int16) {
    if events & Int16(POLLOUT) != 0 { flush(id) }
    if events & Int16(POLLIN) != 0 {
      read(id)
    } else if events & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 {
      drop(id)
    }
  }

  private func acceptPeer(_ logger: Logger) {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    let user = UnixSocket.peerUser(descriptor)
    guard let user, user == 0 || user == geteuid() else {
      logger.warning("control peer refused", metadata: ["user": "\(user.map(String.init) ?? "unknown")"])
      Glibc.close(descriptor)
      return
    }
    peers[nextPeer] = Peer(descriptor: descriptor, deadline: Self.monotonicSeconds() + Self.patience)
    nextPeer += 1
  }

  private func read(_ id: Int) {
    guard let descriptor = peers[id]?.descriptor else { return }
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &piece, piece.count, 0)
    if count > 0 {
      peers[id]?.input += piece[..<count]
    } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
      drop(id)
    }
  }

  /// One request of every peer that has a whole line and is not busy.
  private func waitingLines() -> [ControlLoop.Call] {
    Array(peers.keys).sorted().compactMap { id in
      guard let peer = peers[id], !peer.isBusy, !peer.isClosing else { return nil }
      guard let end = peer.input.firstIndex(of: UInt8(ascii: "\n")) else {
        if peer.input.count >= ControlCoding.longestLine { refuse(id, .refused(id: "", .controlTooLong, .english)) }
        return nil
      }
      guard end < ControlCoding.longestLine else {
        refuse(id, .refused(id: "", .controlTooLong, .english))
        return nil
      }
      let line = Array(peer.input[..<end])
      peers[id]?.input.removeFirst(end + 1)
      do throws(ControlCoding.Rejection) {
        let request = try ControlCoding.request(line)
        let (presence, continuation) = AsyncStream.makeStream(of: Never.self)
        peers[id]?.presence = continuation
        return ControlLoop.Call(client: id, request: request, presence: presence)
      } catch {
        refuse(id, error.response)
        return nil
      }
    }
  }

  /// Says why and closes: a peer that sends this is no Barid.
  private func refuse(_ id: Int, _ response: ControlResponse) {
    do { peers[id]?.output += try ControlCoding.line(response) } catch { return drop(id) }
    peers[id]?.input = []
    peers[id]?.isClosing = true
    flush(id)
  }

  private func flush(_ id: Int) {
    guard var peer = peers[id] else { return }
    while peer.sent < peer.output.count {
      let count = peer.output.withUnsafeBytes {
        send(peer.descriptor, $0.baseAddress.map { $0 + peer.sent }, $0.count - peer.sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EAGAIN {
        peers[id] = peer
        return
      }
      if count < 0 { return drop(id) }
      peer.sent += count
    }
    peer.output = []
    peer.sent = 0
    peers[id] = peer
    if peer.isClosing { drain(id) }
  }

  /// Closes a refused peer. Unread input would make the kernel reset the connection and lose our answer, so it is
  /// read away first, up to a bound.
  private func drain(_ id: Int) {
    guard let descriptor = peers[id]?.descriptor else { return }
    shutdown(descriptor, Int32(SHUT_WR))
    var piece = [UInt8](repeating: 0, count: 65_536)
    var left = 64
    while left > 0, recv(descriptor, &piece, piece.count, 0) > 0 { left -= 1 }
    drop(id)
  }

  private func dropIdle() {
    let now = Self.monotonicSeconds()
    for (id, peer) in peers where !peer.isBusy && now >= peer.deadline { drop(id) }
  }

  private func drainWake() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while Glibc.read(wake, &bytes, bytes.count) > 0 {}
  }

  static func monotonicSeconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec
  }
}
