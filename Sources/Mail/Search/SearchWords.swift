/// Cuts case-folded text into words for an index: runs of letters, digits and marks of every script.
///
/// What is no word character separates; everything outside ASCII is one but for the blanks and punctuation below, so that a word's
/// second form (`ArabicFold`) is the second form of the text there. CJK is not cut: its runs are words.
public enum SearchWords {
  /// A piece of a longer word has at most this many bytes; pieces overlap by about half.
  public static let pieceLength = 64
  /// A needle of at most this many bytes that lies in a word lies in one of its pieces.
  public static let needleLength = 28

  /// Calls `body` for each word and each gap, in order; together they are the text.
  static func forEach(in text: Span<UInt8>, _ body: (Range<Int>, _ isWord: Bool) -> Void) {
    text.withUnsafeBufferPointer { bytes in
      var start = 0
      var index = 0
      var wasWord = false
      while index < bytes.count {
        let (isWord, length) = kind(bytes, index)
        if isWord != wasWord {
          if index > start { body(start..<index, wasWord) }
          start = index
          wasWord = isWord
        }
        index &+= length
      }
      if index > start { body(start..<index, wasWord) }
    }
  }

  /// Calls `body` for each word of the text, in pieces where it is long.
  public static func forEachPiece(in text: Span<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    text.withUnsafeBufferPointer { bytes in
      var start = 0
      var index = 0
      while index < bytes.count {
        let (isWord, length) = kind(bytes, index)
        if !isWord {
          if index > start { pieces(bytes, start, index, body) }
          start = index &+ length
        }
        index &+= length
      }
      if index > start { pieces(bytes, start, index, body) }
    }
  }

  @inline(__always)
  private static func pieces(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var start = start
    while end &- start > pieceLength {
      body(UnsafeBufferPointer(rebasing: bytes[start..<boundary(bytes, start &+ pieceLength)]))
      start = boundary(bytes, start &+ pieceLength / 2)
    }
    body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
  }

  /// The start of the character that `index` lies in (at most three bytes before it).
  private static func boundary(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
    var at = index
    while at > index &- 3, bytes[at] & 0xC0 == 0x80 { at &-= 1 }
    return bytes[at] & 0xC0 == 0x80 ? index : at
  }

  /// The words of a text, whole.
  static func words(of text: [UInt8]) -> [[UInt8]] {
    var words: [[UInt8]] = []
    forEach(in: text.span) { range, isWord in if isWord { words.append(Array(text[range])) } }
    return words
  }

  @inline(__always)
  private static func kind(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> (isWord: Bool, length: Int) {
    let byte = bytes[index]
    if byte < 0x80 { return (ASCII.isAlphanumeric(byte), 1) }
    guard let (scalar, length) = UTF8Scalar.decode(bytes, index) else { return (true, 1) }
    return (!isSeparator(scalar), length)
  }

  private static func isSeparator(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x0080...0x00AC, 0x00AE...0x00BF: scalar != 0xAA && scalar != 0xB5 && scalar != 0xBA
    case 0x00D7, 0x00F7, 0x060C, 0x061B, 0x061F, 0x066A...0x066D, 0x06D4: true
    // Zero width space and joiners, and the directional marks, are invisible inside words.
    case 0x2000...0x200A, 0x2010...0x2029, 0x202F...0x205F: true
    case 0x2190...0x2BFF, 0x3000...0x3003, 0x3008...0x3011, 0x3014...0x301F: true
    default: false
    }
  }
}

extension SearchWords {
  /// The first `needleLength` bytes of a long word, cut where a character begins.
  public static func beginning(of word: [UInt8]) -> [UInt8] {
    if word.count <= needleLength { return word }
    return word.withUnsafeBufferPointer { Array($0[..<boundary($0, needleLength)]) }
  }

  /// Whether `word` is one of the words of a text.
  public static func has(_ word: [UInt8], in text: [UInt8]) -> Bool {
    var found = false
    forEach(in: text.span) { range, isWord in
      if isWord, range.count == word.count, text[range].elementsEqual(word) { found = true }
    }
    return found
  }
}
