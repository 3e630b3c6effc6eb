import Logging
import NIOCore
import NIOSSL

extension SessionHandler {
  /// Answers STARTTLS: the reply goes out in plain, and nothing is read between it and the handshake.
  func startTLS() {
    guard let context else { return }
    // RFC 3207 §4.2 and §6, RFC 2595 §2.1: what was sent before the handshake must not be taken for protected input.
    guard input.isEmpty else {
      add(to: core.counters.injectionsCount)
      core.logger.info(
        "plaintext after starttls", metadata: ["connection": "\(peer.id)", "peer": "\(peer.address)"])
      return abandon()
    }
    guard !isTLS, let contexts = door.tls else {
      core.logger.error("starttls without a certificate", metadata: ["listener": "\(peer.listener)"])
      return abandon()
    }
    phase = .securing
    clock.phaseEnds = .now() + TimeAmount(core.settings.handshakeLimit)
    if !output.isEmpty {
      add(output.count, to: core.counters.bytesOutCount)
      context.writeAndFlush(wrapOutboundOut(output.buffer), promise: nil)
      output = Output()
    }
    isTLS = true
    isInputDue = false
    do {
      try context.pipeline.syncOperations.addHandler(
        NIOSSLServerHandler(context: contexts.context), position: .before(self))
    } catch {
      note("tls handler not added", ["error": "\(error)"])
      abandon()
    }
  }

  /// Ends the connection without sending what waits.
  private func abandon() {
    output = Output()
    cut()
  }

  func handshakeCompleted() {
    add(to: core.counters.handshakesCount)
    clock.phaseEnds = nil
    let summary = tlsSummary
    switch phase {
    case .opening:
      peer.tls = summary
      open()
    case .securing:
      phase = .talking
      secured = summary
      pump()
    case .talking, .closing, .lingering, .closed:
      break
    }
  }

  private var tlsSummary: TLSSummary {
    var version: TLSVersion?
    do {
      version = try context?.pipeline.syncOperations.nioSSL_tlsVersion()
    } catch {
      note("tls version unknown", ["error": "\(error)"])
    }
    return switch version {
    case .tlsv13: TLSSummary(version: "TLSv1.3")
    case .tlsv12: TLSSummary(version: "TLSv1.2")
    default: TLSSummary(version: "TLS")
    }
  }
}
