internal import CZlib
import NIOCore

/// Our raw deflate stream (RFC 1951) for one connection (RFC 4978).
///
/// A window of 4 KiB, 26 KiB in all, and only while there is something to send: after a full flush nothing refers back, so the state is
/// freed and a new one goes on with the same stream. A connection in IDLE has none.
final class Deflater {
  private var stream: UnsafeMutablePointer<z_stream>?

  deinit { free() }

  private func free() {
    guard let stream else { return }
    deflateEnd(stream)
    stream.deallocate()
    self.stream = nil
  }

  private func begun() -> UnsafeMutablePointer<z_stream>? {
    if let stream { return stream }
    let made = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    made.initialize(to: z_stream())
    let code = deflateInit2_(
      made, 3, Z_DEFLATED, -12, 4, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      made.deallocate()
      return nil
    }
    stream = made
    return made
  }

  /// What follows the bytes: nothing yet, a pause, or the end of compression.
  enum Follow { case more, pause, end }

  /// The compressed form; nil: no memory.
  func compress(_ bytes: ByteBuffer, then follow: Follow) -> ByteBuffer? {
    guard let stream = begun() else { return nil }
    let flush =
      switch follow {
      case .more: Z_NO_FLUSH
      case .pause: Z_FULL_FLUSH
      case .end: Z_FINISH
      }
    var result = ByteBuffer()
    bytes.withUnsafeReadableBytes { input in
      // SAFETY: zlib only reads what next_in points to.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(clamping: input.count)
      var isFull = true
      while isFull {
        result.writeWithUnsafeMutableBytes(minimumWritableBytes: max(512, input.count / 2 + 64)) { room in
          stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
          stream.pointee.avail_out = UInt32(clamping: room.count)
          _ = deflate(stream, flush)
          isFull = stream.pointee.avail_out == 0
          return room.count - Int(stream.pointee.avail_out)
        }
      }
      stream.pointee.next_in = nil
      stream.pointee.next_out = nil
    }
    if follow != .more { free() }
    return result
  }
}
