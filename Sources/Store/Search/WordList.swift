/// The words of a part's texts and which documents have each, while they are collected.
///
/// Documents are numbered from 0 and come in ascending order. Words are kept once, in one array; a table of slots finds them.
struct WordList {
  private var letters: [UInt8] = []
  /// Word n is `letters[starts[n] ..< starts[n + 1]]`.
  private var starts: [UInt32] = [0]
  private var lastDocument: [UInt32] = []
  /// Word number + 1, 0 = free. A power of two, at most half full.
  private var slots = [UInt32](repeating: 0, count: 4_096)
  private var hashes: [UInt32] = []
  /// Word number and document of every new pair, in order of documents.
  private var pairs: [(word: UInt32, document: UInt32)] = []

  private var count: Int { hashes.count }

  mutating func add(_ word: UnsafeBufferPointer<UInt8>, document: UInt32) {
    let hash = Self.hash(word)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = Int(slots[slot] - 1)
      if hashes[number] == hash, equals(number, word) {
        if lastDocument[number] != document {
          lastDocument[number] = document
          pairs.append((UInt32(number), document))
        }
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = UInt32(count + 1)
    hashes.append(hash)
    letters.append(contentsOf: word)
    starts.append(UInt32(letters.count))
    lastDocument.append(document)
    pairs.append((UInt32(count - 1), document))
    if count * 2 > slots.count { grow() }
  }

  private func equals(_ number: Int, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(starts[number])
    guard Int(starts[number + 1]) - start == word.count else { return false }
    for offset in 0..<word.count where letters[start + offset] != word[offset] { return false }
    return true
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for number in 0..<count {
      var slot = Int(hashes[number]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(number + 1)
    }
  }

  /// FNV-1a; words are short. A sender who makes words collide slows down his recipient's indexing thread, which is bounded by the text
  /// looked at, so the start value is fixed.
  private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
  }

  /// The dictionary of everything that was added.
  func dictionary(documents: Int) -> [UInt8] {
    // Pairs by word: a counting sort keeps the order of documents.
    var ends = [Int](repeating: 0, count: count + 1)
    for pair in pairs { ends[Int(pair.word) + 1] += 1 }
    for number in 0..<count { ends[number + 1] += ends[number] }
    let firsts = ends
    var sorted = [UInt32](repeating: 0, count: pairs.count)
    for pair in pairs {
      sorted[ends[Int(pair.word)]] = pair.document
      ends[Int(pair.word)] += 1
    }
    let order = letters.withUnsafeBufferPointer { letters in
      (0..<count).sorted { a, b in
        let left = letters[Int(starts[a])..<Int(starts[a + 1])]
        let right = letters[Int(starts[b])..<Int(starts[b + 1])]
        return WordList.isLess(UnsafeBufferPointer(rebasing: left), UnsafeBufferPointer(rebasing: right))
      }
    }
    var writer = DictionaryWriter(documents: documents)
    letters.withUnsafeBufferPointer { letters in
      for number in order {
        writer.add(
          UnsafeBufferPointer(rebasing: letters[Int(starts[number])..<Int(starts[number + 1])]),
          sorted[firsts[number]..<firsts[number + 1]])
      }
    }
    return writer.finish()
  }

  static func isLess(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    let common = min(left.count, right.count)
    for index in 0..<common where left[index] != right[index] { return left[index] < right[index] }
    return left.count < right.count
  }
}

/// Writes a dictionary: words in ascending order, each with its documents.
///
/// Layout: UInt32 number of words, UInt32 length of the words' text, that text (NUL before, between and behind the words), then for each
/// word a varint (bytes that follow << 1 | 1 for a bitmap) and its documents as ascending differences (varints) or as a bitmap.
struct DictionaryWriter {
  private let documents: Int
  private var count = 0
  private var words: [UInt8] = [0]
  private var lists: [UInt8] = []
  private var scratch: [UInt8] = []

  init(documents: Int) { self.documents = documents }

  /// `list` ascends and is not empty.
  mutating func add(_ word: UnsafeBufferPointer<UInt8>, _ list: ArraySlice<UInt32>) {
    count += 1
    words.append(contentsOf: word)
    words.append(0)
    scratch.removeAll(keepingCapacity: true)
    // A difference takes at least a byte: from one document in eight on a bitmap is no longer.
    let isBitmap = list.count * 8 > documents
    if isBitmap {
      scratch = [UInt8](repeating: 0, count: (documents + 7) / 8)
      for document in list { scratch[Int(document) / 8] |= 1 << UInt8(document % 8) }
    } else {
      var last: UInt32 = 0
      for document in list {
        scratch.appendVarint(UInt64(document - last))
        last = document
      }
    }
    lists.appendVarint(UInt64(scratch.count) << 1 | (isBitmap ? 1 : 0))
    lists += scratch
  }

  func finish() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + words.count + lists.count)
    bytes.appendLittle(UInt32(count))
    bytes.appendLittle(UInt32(words.count))
    return bytes + words + lists
  }
}

extension [UInt8] {
  mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }
}
