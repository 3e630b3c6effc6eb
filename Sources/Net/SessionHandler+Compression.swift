import Logging
import NIOCore

/// Compression of one connection, both ways (RFC 4978): between the session and TLS.
struct Compression {
  var inflater: Inflater
  var deflater = Deflater()
}

extension SessionHandler {
  /// Answers COMPRESS: the reply goes out as it is, what came behind the command is compressed already.
  func startCompression() {
    guard compression == nil, let inflater = Inflater() else { return cut() }
    sendAsItIs(output.buffer)
    output = Output()
    inflater.pending = input.buffer
    input.buffer = ByteBuffer()
    compression = Compression(inflater: inflater)
    isInputDue = true
  }

  /// RFC 8437 §4.1: the reply is the last thing compressed; what the peer sent behind its command is not.
  func endCompression() {
    guard let ended = compression else { return }
    if let last = ended.deflater.compress(output.buffer, then: .end) { sendAsItIs(last) }
    output = Output()
    compression = nil
    var rest = ended.inflater.pending
    if rest.readableBytes > 0 { input.buffer.writeBuffer(&rest) }
    isInputDue = true
  }

  private func sendAsItIs(_ bytes: ByteBuffer) {
    guard let context, bytes.readableBytes > 0 else { return }
    add(bytes.readableBytes, to: core.counters.bytesOutCount)
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  /// Undoes compression as far as the session can take it; what is left waits in its short form.
  func inflate() {
    guard let compression else { return }
    while input.count < InputLimits.held, compression.inflater.state == .going {
      let piece = compression.inflater.next(limit: InputLimits.held)
      if piece.readableBytes == 0 { break }
      input.append(piece)
      isInputDue = true
    }
    if compression.inflater.state == .broken, input.isEmpty {
      note("compressed input is damaged")
      cut()
    }
  }

  /// Compressed bytes that wait to be undone.
  var pendingInput: Int { compression?.inflater.pending.readableBytes ?? 0 }

  /// A piece of output in the form that travels; nil: no memory.
  func wireForm(_ piece: ByteBuffer) -> ByteBuffer? {
    guard let compression else { return piece }
    return compression.deflater.compress(piece, then: output.isEmpty ? .pause : .more)
  }
}
