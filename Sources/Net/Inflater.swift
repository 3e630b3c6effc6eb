internal import CZlib
import NIOCore

/// The peer's raw deflate stream (RFC 1951), undone piece by piece (RFC 4978).
///
/// One state of about 7 KiB, and the peer's window of 32 KiB once it has sent something: it decides itself how far back it refers.
final class Inflater {
  enum State { case going, ended, broken }

  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var state = State.going
  /// Received and not yet undone.
  var pending = ByteBuffer()

  /// Nil: no memory.
  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Undoes some of `pending`: at most `limit` octets come out, so that a bomb costs no more memory than text.
  func next(limit: Int) -> ByteBuffer {
    guard state == .going, pending.readableBytes > 0 else { return ByteBuffer() }
    var result = ByteBuffer()
    let (stream, pending) = (stream, pending)
    var taken = 0
    var code = Z_OK
    result.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { room in
      pending.withUnsafeReadableBytes { bytes in
        // SAFETY: zlib only reads what next_in points to; its type is not const for history's sake.
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
        stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: min(limit, room.count))
        code = inflate(stream, Z_SYNC_FLUSH)
        taken = bytes.count - Int(stream.pointee.avail_in)
      }
      let made = min(limit, room.count) - Int(stream.pointee.avail_out)
      stream.pointee.next_in = nil
      stream.pointee.next_out = nil
      return made
    }
    self.pending.moveReaderIndex(forwardBy: taken)
    if self.pending.readableBytes == 0 { self.pending = ByteBuffer() }
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: state = .ended
    default: state = .broken
    }
    return result
  }
}
