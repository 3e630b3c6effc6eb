/// The second form of a text, in which Arabic is found however it was spelt: made from the case-folded form.
///
/// Vowel signs and every other combining mark go (Latin accents too), tatweel and invisible characters go; alef with hamza, madda or
/// wasla is alef, waw and yeh with hamza are waw and yeh, alef maksura and Persian yeh are yeh, teh marbuta is heh, Persian kaf is kaf,
/// Arabic and Persian digits are ASCII digits. NUL and everything else stays, so folding whole texts and folding their words agree.
public enum ArabicFold {
  /// The second form of a case-folded text.
  public static func fold(_ folded: Span<UInt8>) -> [UInt8] {
    if ASCII.isASCII(folded) { return ASCII.copy(folded, 0..<folded.count) }
    var result: [UInt8] = []
    result.reserveCapacity(folded.count)
    folded.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        guard byte >= 0x80, let (scalar, length) = UTF8Scalar.decode(bytes, index) else {
          result.append(byte)
          index &+= 1
          continue
        }
        switch mapped(scalar) {
        case scalar: for offset in 0..<length { result.append(bytes[index &+ offset]) }
        case 0: break
        case let other where other < 0x80: result.append(UInt8(other))
        // Everything else that changes is an Arabic letter: two bytes.
        case let other:
          result.append(0xC0 | UInt8(other >> 6))
          result.append(0x80 | UInt8(other & 0x3F))
        }
        index &+= length
      }
    }
    return result
  }

  /// 0 = goes.
  private static func mapped(_ scalar: UInt32) -> UInt32 {
    switch scalar {
    case 0x0300...0x036F, 0x0483...0x0487, 0x0591...0x05BD, 0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7: 0
    case 0x00AD, 0x0610...0x061A, 0x061C, 0x0640, 0x064B...0x065F, 0x0670, 0x06D6...0x06DC, 0x06DF...0x06E8: 0
    case 0x06EA...0x06ED, 0x0898...0x089F, 0x08CA...0x08E1, 0x08E3...0x08FF: 0
    case 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE00...0xFE0F, 0xFE20...0xFE2F: 0
    case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x206F, 0xFEFF: 0
    case 0x0622, 0x0623, 0x0625, 0x0671, 0x0672, 0x0673: 0x0627
    case 0x0624: 0x0648
    case 0x0626, 0x0649, 0x06CC, 0x06D2: 0x064A
    case 0x0629, 0x06C0, 0x06C1, 0x06C2, 0x06C3, 0x06D5: 0x0647
    case 0x06A9: 0x0643
    case 0x0660...0x0669: scalar &- 0x0660 &+ 0x30
    case 0x06F0...0x06F9: scalar &- 0x06F0 &+ 0x30
    default: scalar
    }
  }

  // MARK: The article

  /// A text in its second form without the leading article of its words (and the conjunctions and prepositions written with it), where
  /// at least three letters of the word are left: "والكتاب" and "للكتاب" become "كتاب". Nil when there was none.
  static func withoutArticles(_ text: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var wasFound = false
    SearchWords.forEach(in: text.span) { range, isWord in
      let cut = isWord ? articleLength(text[range]) : 0
      wasFound = wasFound || cut > 0
      result += text[(range.lowerBound + cut)..<range.upperBound]
    }
    return wasFound ? result : nil
  }

  /// Bytes of the article at the start of a word, 0 when there is none.
  private static func articleLength(_ word: ArraySlice<UInt8>) -> Int {
    for article in articles where word.count >= article.count + 6 && word.starts(with: article) {
      return article.count
    }
    return 0
  }

  /// Longest first.
  private static let articles: [[UInt8]] = [
    "وبال", "وكال", "فبال", "فكال", "وال", "فال", "بال", "كال", "ولل", "فلل", "ال", "لل",
  ].map { Array($0.utf8) }
}
