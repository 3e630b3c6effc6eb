/// The first words of a message, for a list of messages (RFC 8970).
public enum Preview {
  /// At most `characters` characters (RFC 8970 §3.1 asks for at most 256, suggests 200) of the first text, on one line.
  ///
  /// The first text/plain part counts, then the first text/html; attachments and embedded messages only where there is
  /// nothing else. "" where the message has no text.
  public static func text(
    of structure: MIMEStructure, in bytes: Span<UInt8>, decoder: CharsetDecoder, characters: Int = 200
  ) -> String {
    let order = candidates(structure, bytes)
    for index in order.prefix(8) {
      let part = structure.parts[index]
      let text = line(part, bytes, decoder, characters)
      if !text.isEmpty { return text }
    }
    return ""
  }

  /// The text parts: plain, then HTML, then attached ones.
  private static func candidates(_ structure: MIMEStructure, _ bytes: Span<UInt8>) -> [Int] {
    var plain: [Int] = []
    var html: [Int] = []
    var others: [Int] = []
    var index = 0
    while index < structure.parts.count, plain.count < 8, html.count < 8, others.count < 8 {
      let part = structure.parts[index]
      if part.isText, part.kind == .single {
        let isAttached = part.disposition(in: bytes).map { $0.type != "inline" } ?? false
        if isAttached || isEmbedded(structure, part) {
          others.append(index)
        } else if part.subtype == "html" {
          html.append(index)
        } else if part.subtype == "plain" {
          plain.append(index)
        } else {
          others.append(index)
        }
      }
      index += 1
    }
    return plain + html + others
  }

  private static func isEmbedded(_ structure: MIMEStructure, _ part: MIMEPart) -> Bool {
    var parent = part.parent
    while let index = parent {
      if structure.parts[index].kind == .message { return true }
      parent = structure.parts[index].parent
    }
    return false
  }

  private static func line(
    _ part: MIMEPart, _ bytes: Span<UInt8>, _ decoder: CharsetDecoder, _ characters: Int
  ) -> String {
    // HTML may hold a lot of style before its first word.
    guard part.subtype == "html" else {
      return collapse(part.text(in: bytes, decoder: decoder, limit: 8 * 1024), characters)
    }
    let html = Array(part.text(in: bytes, decoder: decoder, limit: 128 * 1024).utf8)
    let text = HTMLText.strip(html.span, limit: characters &* 16)
    return collapse(String(decoding: text, as: UTF8.self), characters)
  }

  /// White space runs as one space; controls and the invisible padding of newsletters left out.
  static func collapse(_ text: String, _ characters: Int) -> String {
    var result: [UInt8] = []
    var count = 0
    var isSpaced = false
    for scalar in text.unicodeScalars {
      if isBlank(scalar) {
        isSpaced = true
        continue
      }
      switch scalar.value {
      case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x034F, 0x200B, 0x2060, 0xFEFF, 0xFFFD: continue
      // A joiner joins two letters (Persian, Hindi); next to a blank it is padding.
      case 0x200C where isSpaced || result.isEmpty, 0x200D where isSpaced || result.isEmpty: continue
      default: break
      }
      if isSpaced, count > 0 {
        if count + 1 >= characters { break }
        result.append(ASCII.space)
        count += 1
      }
      isSpaced = false
      if count >= characters { break }
      if scalar.isASCII { result.append(UInt8(scalar.value)) } else { result += String(scalar).utf8 }
      count += 1
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// White space; ASCII, which is most of it, without asking Unicode's tables.
  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value == 0x20 || 0x09...0x0D ~= scalar.value }
    return scalar.properties.isWhitespace
  }
}
