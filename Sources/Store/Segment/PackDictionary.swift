import CZstd

/// What small messages of one packed segment have in common: zstd compresses each against it. Kept as the segment's first record.
///
/// SAFETY: zstd's prepared dictionary is read-only after it was made and may be used by several threads at once.
final class PackDictionary: @unchecked Sendable {
  private let prepared: OpaquePointer

  /// nil: not a dictionary.
  init?(_ bytes: [UInt8]) {
    guard let made = bytes.withUnsafeBytes({ ZSTD_createDDict($0.baseAddress, $0.count) }) else { return nil }
    prepared = made
  }

  deinit { ZSTD_freeDDict(prepared) }

  func decompress(
    _ stored: UnsafeRawBufferPointer, into space: UnsafeMutableRawBufferPointer, _ context: OpaquePointer
  ) -> Bool {
    ZSTD_decompress_usingDDict(
      context, space.baseAddress, space.count, stored.baseAddress, stored.count, prepared) == space.count
  }

  /// A dictionary of at most `limit` bytes; empty when there is too little to learn from.
  static func train(_ samples: [[UInt8]], limit: Int) -> [UInt8] {
    guard samples.count >= 64, limit >= 1 << 10 else { return [] }
    var all: [UInt8] = []
    for sample in samples { all += sample }
    let sizes = samples.map(\.count)
    var dictionary = [UInt8](repeating: 0, count: limit)
    let made = ZDICT_trainFromBuffer(&dictionary, limit, all, sizes, UInt32(sizes.count))
    if ZDICT_isError(made) != 0 { return [] }
    return Array(dictionary.prefix(made))
  }
}

/// Space to read and decompress in, kept between messages. Belongs to one thread.
final class InflateSpace {
  let context: OpaquePointer?
  private var read = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init() { context = ZSTD_createDCtx() }

  deinit {
    ZSTD_freeDCtx(context)
    read.deallocate()
  }

  /// `count` bytes that are free until they are asked for again.
  func space(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if read.count < count {
      read.deallocate()
      read = .allocate(byteCount: count, alignment: 16)
    }
    return UnsafeMutableRawBufferPointer(rebasing: read[..<count])
  }
}

/// Compresses the small messages of one packed segment.
final class PackCompressor {
  /// Three times slower than level 3 at delivery, and nobody waits for it.
  private static let level: Int32 = 9

  private let context: OpaquePointer?
  private let prepared: OpaquePointer?

  init(_ dictionary: [UInt8]) {
    context = ZSTD_createCCtx()
    prepared = dictionary.withUnsafeBytes { ZSTD_createCDict($0.baseAddress, $0.count, Self.level) }
  }

  deinit {
    ZSTD_freeCDict(prepared)
    ZSTD_freeCCtx(context)
  }

  /// nil when less than an eighth would be saved.
  func compress(_ bytes: [UInt8]) -> [UInt8]? {
    let bound = ZSTD_compressBound(bytes.count)
    var made = 0
    let stored = [UInt8](unsafeUninitializedCapacity: bound) { space, filled in
      made = ZSTD_compress_usingCDict(context, space.baseAddress, bound, bytes, bytes.count, prepared)
      filled = ZSTD_isError(made) == 0 ? made : 0
    }
    return stored.isEmpty || stored.count > bytes.count - bytes.count / 8 ? nil : stored
  }
}
