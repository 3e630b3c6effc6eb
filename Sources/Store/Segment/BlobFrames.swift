import CZstd

/// Blobs longer than 16 KiB are kept in pieces of 128 KiB, each compressed by itself where it pays, so that a range can be read
/// (and checked) without the rest.
///
/// The table before the pieces: UInt32 count, then for each piece UInt32 stored length (top bit set: not compressed) and
/// UInt32 CRC of the stored bytes.
enum BlobFrames {
  /// Blobs up to here are stored as they are: small pieces decompress at 1.1 GB/s a core, which costs bulk reads dear.
  static let plainLimit = 16 << 10
  static let frameLength = 128 << 10
  private static let rawBit: UInt32 = 1 << 31
  /// At least an eighth must be saved.
  private static let level: Int32 = 3

  /// One piece as the table describes it.
  struct Frame: Equatable {
    var length: Int
    var isRaw: Bool
    var crc: UInt32
  }

  static func tableLength(rawLength: Int) -> Int { 4 + 8 * frameCount(rawLength: rawLength) }

  static func frameCount(rawLength: Int) -> Int { (rawLength + frameLength - 1) / frameLength }

  /// Compresses piece after piece and hands each to `write`; gives the table.
  static func encode<E: Error>(
    _ bytes: UnsafeRawBufferPointer, write: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    let bound = ZSTD_compressBound(frameLength)
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: bound, alignment: 16)
    defer { space.deallocate() }
    var table: [UInt8] = []
    table.appendLittle(UInt32(frameCount(rawLength: bytes.count)))
    var next = 0
    while next < bytes.count {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[next..<min(next + frameLength, bytes.count)])
      let made = ZSTD_compressCCtx(context, space.baseAddress, bound, piece.baseAddress, piece.count, level)
      let pays = ZSTD_isError(made) == 0 && made < piece.count - piece.count / 8
      let stored = pays ? UnsafeRawBufferPointer(rebasing: space[..<made]) : piece
      table.appendLittle(UInt32(stored.count) | (pays ? 0 : rawBit))
      table.appendLittle(Checksum.crc32(stored))
      try write(stored)
      next += piece.count
    }
    return table
  }

  /// nil when the table does not fit the raw length.
  static func decodeTable(_ table: UnsafeRawBufferPointer, rawLength: Int) -> [Frame]? {
    let count = frameCount(rawLength: rawLength)
    guard table.count >= 4 + 8 * count, table.little(0, UInt32.self) == UInt32(count) else { return nil }
    return (0..<count).map { index in
      let length = table.little(4 + 8 * index, UInt32.self)
      return Frame(
        length: Int(length & ~rawBit), isRaw: length & rawBit != 0, crc: table.little(8 + 8 * index, UInt32.self))
    }
  }

  /// Puts the piece that `stored` holds into `space` (exactly the piece's raw length). False when it is damaged.
  static func decode(
    _ stored: UnsafeRawBufferPointer, _ frame: Frame, into space: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard stored.count == frame.length, Checksum.crc32(stored) == frame.crc else { return false }
    if frame.isRaw {
      guard stored.count == space.count else { return false }
      space.copyMemory(from: stored)
      return true
    }
    return ZSTD_decompress(space.baseAddress, space.count, stored.baseAddress, stored.count) == space.count
  }
}
