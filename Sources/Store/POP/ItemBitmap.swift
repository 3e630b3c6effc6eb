/// A set of items, a bit each, kept in chunks of 4,096: `pop_seen` and `pop_hidden` hold one row a chunk.
package struct ItemBitmap: Sendable, Equatable {
  static let chunkBits: Int64 = 12
  private static let words = 64

  private(set) var chunks: [Int64: [UInt64]] = [:]
  /// The chunks that changed since they were read.
  private(set) var changed: Set<Int64> = []

  package init() {}

  package var isEmpty: Bool { chunks.isEmpty }

  package func contains(_ item: Int64) -> Bool {
    guard let words = chunks[item >> Self.chunkBits] else { return false }
    let bit = Int(item & 4_095)
    return words[bit >> 6] >> UInt64(bit & 63) & 1 == 1
  }

  /// True when the item was not in it.
  @discardableResult
  package mutating func insert(_ item: Int64) -> Bool {
    let chunk = item >> Self.chunkBits
    let bit = Int(item & 4_095)
    let mask: UInt64 = 1 << UInt64(bit & 63)
    if chunks[chunk, default: [UInt64](repeating: 0, count: Self.words)][bit >> 6] & mask != 0 { return false }
    chunks[chunk, default: [UInt64](repeating: 0, count: Self.words)][bit >> 6] |= mask
    changed.insert(chunk)
    return true
  }

  package mutating func remove(_ item: Int64) {
    guard contains(item) else { return }
    let chunk = item >> Self.chunkBits
    let bit = Int(item & 4_095)
    chunks[chunk]?[bit >> 6] &= ~(1 << UInt64(bit & 63))
    changed.insert(chunk)
  }

  /// Takes a stored chunk; one of another length is cut or filled with zeros.
  mutating func load(_ chunk: Int64, _ bytes: [UInt8]) {
    var words = [UInt64](repeating: 0, count: Self.words)
    for (index, byte) in bytes.prefix(Self.words * 8).enumerated() {
      words[index >> 3] |= UInt64(byte) << UInt64((index & 7) * 8)
    }
    chunks[chunk] = words
  }

  /// A chunk as it is stored.
  func bytes(_ chunk: Int64) -> [UInt8] {
    (chunks[chunk] ?? []).flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
  }
}

/// Items as ascending differences in LEB128: `pop_session.items`.
enum ItemList {
  static func encode(_ items: [Int64]) -> [UInt8] {
    var bytes: [UInt8] = []
    var last: Int64 = 0
    for item in items.sorted() {
      var rest = UInt64(bitPattern: item &- last)
      last = item
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) -> [Int64] {
    var items: [Int64] = []
    var last: Int64 = 0
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes {
      value |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 != 0, shift < 64 { continue }
      last = last &+ Int64(bitPattern: value)
      items.append(last)
      value = 0
      shift = 0
    }
    return items
  }
}
