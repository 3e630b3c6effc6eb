/// A dictionary in pieces, so that changing one entry of a published value copies one piece and not 100,000 entries.
struct Shards<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private static var pieces: Int { 512 }
  private var shards = [[Key: Value]](repeating: [:], count: pieces)
  private(set) var count = 0

  private func shard(of key: Key) -> Int { Int(UInt(bitPattern: key.hashValue) % UInt(Self.pieces)) }

  subscript(key: Key) -> Value? {
    get { shards[shard(of: key)][key] }
    set {
      let shard = shard(of: key)
      let before = shards[shard].count
      shards[shard][key] = newValue
      count += shards[shard].count - before
    }
  }

  /// All entries, in no order.
  var entries: some Sequence<(key: Key, value: Value)> { shards.lazy.joined() }
}
