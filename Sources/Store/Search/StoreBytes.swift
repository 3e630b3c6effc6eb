import CStore

enum StoreBytes {
  /// Where `needle` (not empty) is in `text` at or behind `start`.
  static func find(_ needle: [UInt8], in text: [UInt8], from start: Int) -> Int? {
    let found = text.withUnsafeBytes { text in
      needle.withUnsafeBytes { cstore_find(text.baseAddress, text.count, start, $0.baseAddress, $0.count) }
    }
    return found < 0 ? nil : found
  }
}
