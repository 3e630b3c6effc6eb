import NIOCore

/// The received bytes that the session has not consumed yet.
package struct Input {
  var buffer: ByteBuffer
  /// Set while a message body comes in: the receive size goes from 2 KiB to 64 KiB. Clear it afterwards.
  package var isBodyStreaming = false

  /// An input of these bytes, for a session's own tests.
  package init(_ bytes: [UInt8] = []) { buffer = bytes.isEmpty ? ByteBuffer() : ByteBuffer(bytes: bytes) }

  package var count: Int { buffer.readableBytes }
  package var isEmpty: Bool { buffer.readableBytes == 0 }

  /// Calls `body` with the bytes, oldest first. The pointer is valid only during the call.
  package func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    // ByteBuffer's own function rethrows untyped.
    var result: Result<R, E>?
    buffer.withUnsafeReadableBytes { bytes in
      do throws(E) { result = .success(try body(bytes)) } catch { result = .failure(error) }
    }
    guard let result else { preconditionFailure("withUnsafeReadableBytes calls its closure") }
    return try result.get()
  }

  /// Drops the oldest `count` bytes; `count` must not be more than there are.
  package mutating func consume(_ count: Int) {
    buffer.moveReaderIndex(forwardBy: count)
    // Nothing left: let the storage go, so that an idle connection keeps none.
    if buffer.readableBytes == 0 { buffer = ByteBuffer() }
  }

  /// Adds bytes at the end (the network's side; also for a session's own tests).
  package mutating func append(_ bytes: [UInt8]) { buffer.writeBytes(bytes) }

  mutating func append(_ received: consuming ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = received
    } else {
      if buffer.readerIndex > 65_536 { buffer.discardReadBytes() }
      buffer.writeImmutableBuffer(received)
    }
  }
}
