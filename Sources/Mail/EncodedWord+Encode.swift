extension EncodedWord {
  /// Encoded words in UTF-8 for a text, each of at most 75 characters and of whole characters (RFC 2047 §2, §5).
  ///
  /// Joined by a blank or a fold they read as `text`. Q or B, whichever is shorter.
  public static func encode(_ text: String) -> [[UInt8]] {
    let bytes = Array(text.utf8)
    let quoted = bytes.reduce(0) { $0 + (isPlainInQ($1) ? 1 : 3) }
    let usesQ = quoted <= (bytes.count + 2) / 3 * 4
    // "=?UTF-8?Q?" and "?=" take 12 of the 75; base64 gives 45 bytes for the 60 that fit in whole groups.
    let room = usesQ ? 63 : 45
    var words: [[UInt8]] = []
    var content: [UInt8] = []
    var width = 0
    func finish() {
      guard !content.isEmpty else { return }
      words.append(word(content, usesQ: usesQ))
      content = []
      width = 0
    }
    for scalar in text.unicodeScalars {
      let character = Array(String(scalar).utf8)
      let size = usesQ ? character.reduce(0) { $0 + (isPlainInQ($1) ? 1 : 3) } : character.count
      if width + size > room { finish() }
      content += character
      width += size
    }
    finish()
    return words
  }

  private static func word(_ content: [UInt8], usesQ: Bool) -> [UInt8] {
    var result = Array("=?UTF-8?".utf8)
    result += usesQ ? [0x51, 0x3F] : [0x42, 0x3F]
    if usesQ {
      for byte in content {
        if byte == ASCII.space {
          result.append(0x5F)
        } else if isPlainInQ(byte) {
          result.append(byte)
        } else {
          result += [0x3D, ASCII.hexDigit(byte >> 4), ASCII.hexDigit(byte)]
        }
      }
    } else {
      result += Base64.encode(content)
    }
    return result + [0x3F, 0x3D]
  }

  /// RFC 2047 §5 (3): what a phrase allows unencoded, so that one form fits everywhere; a space becomes "_".
  private static func isPlainInQ(_ byte: UInt8) -> Bool {
    ASCII.isAlphanumeric(byte) || byte == ASCII.space || byte == 0x21 || byte == 0x2A || byte == 0x2B || byte == 0x2D
      || byte == 0x2F
  }
}
