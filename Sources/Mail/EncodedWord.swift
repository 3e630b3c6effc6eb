/// Encoded words: text outside ASCII in header fields (RFC 2047, with the language of RFC 2231 §5).
public enum EncodedWord {
  /// One word "=?charset?B?text?=" found in bytes.
  struct Found {
    var charset: String
    var content: [UInt8]
    /// Behind "?=".
    var end: Int
  }

  /// The text of a header value that may hold encoded words; folding is undone, blanks at the ends dropped.
  ///
  /// White space between encoded words vanishes (RFC 2047 §6.2), and neighbours of one charset are joined before
  /// decoding, since senders split characters. Words inside quotes or touching other text are decoded too; bytes over
  /// 127 are taken as UTF-8, else windows-1252.
  public static func decode(_ bytes: Span<UInt8>, decoder: CharsetDecoder) -> String {
    var reader = Reader(decoder: decoder)
    let range = ASCII.trimmed(bytes, 0..<bytes.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      if byte == 0x3D, let word = find(bytes, index, range.upperBound) {
        reader.take(word)
        index = word.end
        continue
      }
      if byte != ASCII.lf, byte != ASCII.cr { reader.plain.append(byte) }
      index &+= 1
    }
    return reader.finish()
  }

  /// Joins words and what stands between them.
  private struct Reader {
    let decoder: CharsetDecoder
    private var text = ""
    private var charset: String?
    private var content: [UInt8] = []
    /// What follows the last word.
    var plain: [UInt8] = []

    init(decoder: CharsetDecoder) { self.decoder = decoder }

    mutating func take(_ word: Found) {
      if charset == nil || !plain.allSatisfy(ASCII.isWSP) { flushPlain() }
      plain.removeAll(keepingCapacity: true)
      if charset != word.charset { flushWord() }
      charset = word.charset
      content += word.content
    }

    mutating func finish() -> String {
      flushPlain()
      return text
    }

    private mutating func flushPlain() {
      flushWord()
      text += CharsetDecoder.guess(plain.span)
    }

    private mutating func flushWord() {
      if let charset { text += decoder.decode(content, charset: charset) }
      charset = nil
      content.removeAll(keepingCapacity: true)
    }
  }

  /// The text of a header value that may hold encoded words.
  public static func decode(_ bytes: [UInt8], decoder: CharsetDecoder) -> String {
    decode(bytes.span, decoder: decoder)
  }

  /// The encoded word at `start`, where "=" stands.
  static func find(_ bytes: Span<UInt8>, _ start: Int, _ limit: Int) -> Found? {
    // RFC 2047 §2: at most 75 characters; real ones are longer. The bound keeps hostile input linear.
    let end = min(limit, start &+ 4096)
    guard start &+ 6 < end, bytes[start &+ 1] == 0x3F else { return nil }
    var index = start &+ 2
    let charset = HeaderLexer.run(bytes, &index, end) { ASCII.isVisible($0) && $0 != 0x3F }
    guard !charset.isEmpty, charset.count <= 60, index &+ 2 < end, bytes[index] == 0x3F, bytes[index &+ 2] == 0x3F
    else { return nil }
    let method = bytes[index &+ 1] | 0x20
    guard method == 0x62 || method == 0x71 else { return nil }
    let textStart = index &+ 3
    var textEnd = textStart
    while textEnd &+ 1 < end, !(bytes[textEnd] == 0x3F && bytes[textEnd &+ 1] == 0x3D) {
      // Another "=?" before the end: this one was never closed. ("=?=" is padding and the end.)
      if bytes[textEnd] == 0x3D, bytes[textEnd &+ 1] == 0x3F, textEnd &+ 2 >= end || bytes[textEnd &+ 2] != 0x3D {
        return nil
      }
      textEnd &+= 1
    }
    guard textEnd &+ 1 < end else { return nil }
    let text = bytes.extracting(textStart..<textEnd)
    let content = method == 0x62 ? Base64.decodeLenient(text) : decodeQ(text)
    let name = ASCII.text(bytes, charset)
    let bare = name.prefix { $0 != "*" }
    return Found(charset: ASCII.lowercased(String(bare)), content: content, end: textEnd &+ 2)
  }

  /// RFC 2047 §4.2: like quoted-printable, with "_" for a space.
  private static func decodeQ(_ bytes: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x3D, index &+ 2 < bytes.count, let high = ASCII.hexValue(bytes[index &+ 1]),
        let low = ASCII.hexValue(bytes[index &+ 2])
      {
        result.append(high << 4 | low)
        index &+= 3
        continue
      }
      if byte != ASCII.cr, byte != ASCII.lf { result.append(byte == 0x5F ? ASCII.space : byte) }
      index &+= 1
    }
    return result
  }
}
