import CStore
import Mail

/// A dictionary as `DictionaryWriter` wrote it, in memory: which documents have a word that contains a needle.
///
/// The words lie in one text, so a needle inside words is found by one scan with memmem over it. What the bytes claim is checked when
/// they are read: a damaged dictionary is nil, never a trap.
final class WordDictionary {
  private let bytes: [UInt8]
  private let documents: Int
  private let words: Words
  /// Where the list of word n begins in `bytes`, behind its varint; its length with the bitmap bit.
  private let lists: [(start: UInt32, head: UInt32)]
  /// The words in their second form, the same number of them.
  private lazy var arabicWords = folded()

  /// Words in one text, with NUL before, between and behind them.
  struct Words {
    let text: [UInt8]
    /// Where each begins; one more at the end.
    let starts: [UInt32]

    init?(_ text: [UInt8], count: Int) {
      guard text.first == 0, text.last == 0 else { return nil }
      var starts: [UInt32] = []
      starts.reserveCapacity(count + 1)
      for (index, byte) in text.enumerated() where byte == 0 { starts.append(UInt32(index + 1)) }
      guard starts.count == count + 1 else { return nil }
      self.text = text
      self.starts = starts
    }

    /// The word that the byte at `offset` belongs to.
    func word(at offset: Int) -> Int {
      var low = 0
      var high = starts.count - 1
      while low < high {
        let middle = (low + high + 1) / 2
        if Int(starts[middle]) <= offset { low = middle } else { high = middle - 1 }
      }
      return low
    }
  }

  init?(_ bytes: [UInt8], documents: Int) {
    guard bytes.count >= 8 else { return nil }
    let (count, length) = bytes.withUnsafeBytes { (Int($0.little(0, UInt32.self)), Int($0.little(4, UInt32.self))) }
    guard length <= bytes.count - 8, count < length, let words = Words(Array(bytes[8..<8 + length]), count: count)
    else {
      return nil
    }
    var lists: [(start: UInt32, head: UInt32)] = []
    lists.reserveCapacity(count)
    var next = 8 + length
    for _ in 0..<count {
      guard let head = bytes.varint(&next), head >> 1 <= UInt64(bytes.count - next),
        head & 1 == 0 || Int(head >> 1) == (documents + 7) / 8
      else { return nil }
      lists.append((UInt32(next), UInt32(truncatingIfNeeded: head)))
      next += Int(head >> 1)
    }
    guard next == bytes.count else { return nil }
    self.bytes = bytes
    self.documents = documents
    self.words = words
    self.lists = lists
  }

  private func folded() -> Words? {
    let text = words.text
    return Words(ArabicFold.fold(text.span), count: lists.count)
  }

  /// About how many bytes of memory it holds, the second form included.
  var cost: Int { bytes.count + 2 * words.text.count + lists.count * 16 }

  var count: Int { lists.count }

  func withWord<R>(_ number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    words.text.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[Int(words.starts[number])..<Int(words.starts[number + 1]) - 1]))
    }
  }

  /// The documents of a word, ascending.
  func documents(of number: Int) -> [UInt32] {
    var set = DocumentSet(count: documents)
    add(number, to: &set)
    return set.numbers
  }

  /// Documents that have a word which contains `needle` (or is it, when `whole`).
  func documents(containing needle: [UInt8], form: SearchNeedle.Form, whole: Bool = false) -> DocumentSet {
    var set = DocumentSet(count: documents)
    guard let words = form == .exact ? self.words : arabicWords else { return set }
    let pattern = whole ? [0] + needle + [0] : needle
    words.text.withUnsafeBytes { text in
      pattern.withUnsafeBytes { pattern in
        var at = 0
        while true {
          let found = cstore_find(text.baseAddress, text.count, at, pattern.baseAddress, pattern.count)
          if found < 0 { return }
          let number = words.word(at: found + (whole ? 1 : 0))
          if number >= lists.count { return }
          add(number, to: &set)
          // Two whole words share the NUL between them.
          at = Int(words.starts[number + 1]) - (whole ? 1 : 0)
        }
      }
    }
    return set
  }

  private func add(_ number: Int, to set: inout DocumentSet) {
    let (start, head) = lists[number]
    let end = Int(start) + Int(head >> 1)
    if head & 1 == 1 {
      set.formUnion(bitmap: bytes[Int(start)..<end])
      return
    }
    var next = Int(start)
    var document: UInt64 = 0
    while next < end, let difference = bytes.varint(&next) {
      document &+= difference
      set.insert(Int(truncatingIfNeeded: document))
    }
  }
}

/// Documents of one part, as bits.
struct DocumentSet: Equatable {
  let count: Int
  private var bits: [UInt64]

  init(count: Int) {
    self.count = count
    bits = [UInt64](repeating: 0, count: (count + 63) / 64)
  }

  /// Numbers beyond the part (damage) are passed over.
  @inline(__always)
  mutating func insert(_ document: Int) {
    if document >= 0, document < count { bits[document >> 6] |= 1 << UInt64(document & 63) }
  }

  func contains(_ document: Int) -> Bool { bits[document >> 6] & 1 << UInt64(document & 63) != 0 }

  mutating func formUnion(_ other: DocumentSet) { for index in bits.indices { bits[index] |= other.bits[index] } }
  mutating func formIntersection(_ other: DocumentSet) {
    for index in bits.indices { bits[index] &= other.bits[index] }
  }

  mutating func formUnion(bitmap: ArraySlice<UInt8>) {
    for (index, byte) in bitmap.enumerated() where byte != 0 {
      bits[index >> 3] |= UInt64(byte) << UInt64((index & 7) * 8)
    }
  }

  var isEmpty: Bool { bits.allSatisfy { $0 == 0 } }

  /// Ascending.
  var numbers: [UInt32] {
    var numbers: [UInt32] = []
    for (index, word) in bits.enumerated() {
      var rest = word
      while rest != 0 {
        numbers.append(UInt32(index * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
    return numbers
  }
}

extension [UInt8] {
  /// Reads one number; nil at the end or when it is longer than 64 bits.
  @inline(__always)
  func varint(_ next: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while next < count, shift < 64 {
      let byte = self[next]
      next += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
