/// One header field being written word by word, folded at 78 columns (RFC 5322 §2.2.3).
struct FoldedField {
  private(set) var bytes: [UInt8]
  private var column: Int

  init(_ name: [UInt8]) {
    bytes = name + [0x3A]
    column = bytes.count
  }

  /// A blank and the word; a fold before the blank where the line would pass 78 columns.
  mutating func put(_ word: [UInt8]) {
    if word.isEmpty { return }
    if column + 1 + word.count > 78, bytes.last != 0x3A || column > 40 {
      bytes += [ASCII.cr, ASCII.lf]
      column = 0
    }
    bytes.append(ASCII.space)
    bytes += word
    column += 1 + word.count
  }

  /// Encoded words for a text, with what must stand close to the last one.
  mutating func put(encoded text: String, before: [UInt8] = [], after: [UInt8] = []) {
    let words = EncodedWord.encode(text)
    for (index, word) in words.enumerated() {
      put((index == 0 ? before : []) + word + (index == words.count - 1 ? after : []))
    }
  }

  /// Words between blanks; those outside ASCII, and what stands between two of them, as encoded words (RFC 2047 §6.2: the blank
  /// between two encoded words is not shown, so it must be inside).
  mutating func put(text: [UInt8]) {
    var run: [UInt8] = []
    for word in text.split(whereSeparator: ASCII.isWSP) {
      if word.allSatisfy({ $0 < 128 }) {
        flush(&run)
        put(Array(word))
      } else {
        if !run.isEmpty { run.append(ASCII.space) }
        run += word
      }
    }
    flush(&run)
  }

  private mutating func flush(_ run: inout [UInt8]) {
    if !run.isEmpty { put(encoded: String(decoding: run, as: UTF8.self)) }
    run = []
  }

  /// The field with its line end.
  func finished() -> [UInt8] { bytes + [ASCII.cr, ASCII.lf] }
}
