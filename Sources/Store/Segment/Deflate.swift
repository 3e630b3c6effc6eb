import CZlib

/// Compressed data of others: DMARC reports come and go as gzip (RFC 1952) and in zip files (raw deflate, RFC 1951).
package enum Deflate {
  /// Bytes as a gzip file. nil: no memory.
  package static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    // 15 + 16: the largest window, with gzip's header.
    guard
      deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    return run(&stream, bytes, limit: .max) { deflate(&$0, Z_FINISH) }
  }

  /// What a gzip file holds. nil: damaged, cut, or more than `limit` bytes.
  package static func gunzip(_ bytes: [UInt8], limit: Int) -> [UInt8]? { inflate(bytes, window: 15 + 16, limit) }

  /// What raw deflate data holds. nil: damaged, cut, or more than `limit` bytes.
  package static func inflate(_ bytes: [UInt8], limit: Int) -> [UInt8]? { inflate(bytes, window: -15, limit) }

  private static func inflate(_ bytes: [UInt8], window: Int32, _ limit: Int) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    return run(&stream, bytes, limit: limit) { CZlib.inflate(&$0, Z_NO_FLUSH) }
  }

  /// Feeds all of `bytes` to `step` until the stream ends.
  private static func run(
    _ stream: inout z_stream, _ bytes: [UInt8], limit: Int, _ step: (inout z_stream) -> Int32
  ) -> [UInt8]? {
    guard bytes.count <= Int(UInt32.max) else { return nil }
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    return bytes.withUnsafeBufferPointer { input -> [UInt8]? in
      // SAFETY: zlib does not write to its input.
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      while true {
        let (status, count) = piece.withUnsafeMutableBufferPointer { output in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          return (step(&stream), output.count - Int(stream.avail_out))
        }
        guard status == Z_OK || status == Z_STREAM_END, result.count + count <= limit else { return nil }
        result += piece[..<count]
        if status == Z_STREAM_END { return result }
        // Nothing more comes in and nothing came out: the data are cut.
        if count == 0, stream.avail_in == 0 { return nil }
      }
    }
  }
}
