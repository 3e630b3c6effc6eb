import Logging
import NIOCore

/// How much input is kept and in which portions it is read.
enum InputLimits {
  /// Reading stops here while the session cannot take input.
  static let held = 65_536
  /// A session that lets this much lie, or a peer that filled the system's buffer and hung up, is cut.
  static let most = 4_194_304
  static let receive = 2_048
  static let receiveBody = 65_536
}

extension SessionHandler {
  func received(_ bytes: ByteBuffer) {
    let count = bytes.readableBytes
    add(count, to: core.counters.bytesInCount)
    // Our last word is out: what still comes is not for us.
    guard phase == .talking || phase == .opening || phase == .securing, count > 0 else { return }
    clock.rateBytes += count
    if let compression {
      compression.inflater.pending.writeImmutableBuffer(bytes)
      inflate()
    } else {
      input.append(bytes)
      isInputDue = true
    }
    if input.count >= InputLimits.held { pump() }
    if input.count + pendingInput > InputLimits.most {
      note("input over the limit", ["bytes": "\(input.count)"])
      cut()
    }
  }

  /// The peer has closed its sending half; commands that came before are still done and answered.
  func inputEnded() {
    isInputClosed = true
    switch phase {
    case .talking: pump()
    case .closing, .closed: break
    case .opening, .securing, .lingering: context?.close(promise: nil)
    }
  }

  /// True while the session cannot take more input.
  var shouldHoldRead: Bool {
    phase == .talking && input.count >= InputLimits.held && (work != nil || isCongested || hasYielded)
  }

  /// Goes on reading where it was stopped.
  func releaseRead() {
    guard isReadHeld, !shouldHoldRead, let context else { return }
    isReadHeld = false
    context.read()
  }

  /// TCP_QUICKACK of Linux, which NIO has no name for.
  private static var quickAcknowledgement: NIOBSDSocket.Option { NIOBSDSocket.Option(rawValue: 12) }

  /// Reads in large portions while a body streams, in small ones otherwise: 24 kB would stay with each idle connection.
  func setReceiveSize() {
    guard input.isBodyStreaming != isReceiveLarge, let options = context?.channel.syncOptions else { return }
    isReceiveLarge = input.isBodyStreaming
    let size = isReceiveLarge ? InputLimits.receiveBody : InputLimits.receive
    do {
      try options.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: size))
      // A client with Nagle's algorithm keeps the last bytes behind a body back until the body is acknowledged, which the
      // system delays by 40 ms (RFC 1122 §4.2.3.2): every APPEND of Python's imaplib would take that long.
      if !isReceiveLarge, door.settings.socketPath == nil {
        try options.setOption(.tcpOption(Self.quickAcknowledgement), value: 1)
      }
    } catch {
      note("receive size not set", ["error": "\(error)"])
    }
  }
}
