import DNS
import Logging
import NIOCore

/// Reads the PROXY protocol header of a connection from a configured proxy, then lets the real peer in.
final class ProxyHandler<S: Session>: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let door: Door<S>
  private let id: UInt64
  private let source: Endpoint
  private let destination: Endpoint
  private let loop: LoopContext
  private var bytes: [UInt8] = []
  private var isDone = false
  private var timer: Scheduled<Void>?
  private var context: ChannelHandlerContext?

  init(door: Door<S>, id: UInt64, source: Endpoint, destination: Endpoint, loop: LoopContext) {
    self.door = door
    self.id = id
    self.source = source
    self.destination = destination
    self.loop = loop
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    door.core.register(self, id: id, on: loop)
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(door.core.settings.proxyLimit)) {
      self.cut()
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    door.core.unregister(id: id, on: loop)
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isDone { return context.fireChannelRead(data) }
    bytes += unwrapInboundIn(data).readableBytesView
    switch ProxyHeader.parse(bytes) {
    case .needMore:
      break
    case .invalid:
      refuse("no header")
    case .header(let header):
      isDone = true
      letIn(header, context)
    }
  }

  /// The session's handlers go behind this one, get what followed the header, and this one leaves.
  private func letIn(_ header: ProxyHeader, _ context: ChannelHandlerContext) {
    do {
      try door.enter(
        context.channel, from: header.ends?.source ?? source, to: header.ends?.destination ?? destination)
    } catch {
      return refuse("\(error)")
    }
    if bytes.count > header.length {
      context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: bytes[header.length...])))
      context.fireChannelReadComplete()
    }
    bytes = []
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  private func refuse(_ reason: String) {
    isDone = true
    add(to: door.core.counters.badProxyHeadersCount)
    door.core.logger.info(
      "proxy header refused",
      metadata: ["listener": "\(door.settings.name)", "peer": "\(source.address.description)", "reason": "\(reason)"])
    cut()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event, !isDone { return cut() }
    context.fireUserInboundEventTriggered(event)
  }
}

extension ProxyHandler: LiveConnection {
  func quiesce() { cut() }
  func cut() { context?.close(promise: nil) }
}
