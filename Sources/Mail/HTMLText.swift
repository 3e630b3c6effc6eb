/// Text out of HTML, good enough for a preview and for search: no layout, no links.
public enum HTMLText {
  /// The text of UTF-8 HTML: markup, comments, script, style and head left out, entities decoded.
  ///
  /// Block elements and line breaks become a line end. Reads on until `limit` bytes of text are found.
  public static func strip(_ html: Span<UInt8>, limit: Int = .max) -> [UInt8] {
    var text: [UInt8] = []
    var index = 0
    while index < html.count, text.count < limit {
      switch html[index] {
      case 0x3C: skipMarkup(html, &index, &text)
      case 0x26: entity(html, &index, &text)
      default:
        text.append(html[index])
        index &+= 1
      }
    }
    return text
  }

  /// At "<": a comment, a tag with what it hides, or a stray "<".
  private static func skipMarkup(_ html: Span<UInt8>, _ index: inout Int, _ text: inout [UInt8]) {
    if ASCII.hasPrefix(html, at: index, "<!--") {
      index = end(of: "-->", in: html, from: index &+ 4)
      return
    }
    let next: UInt8 = index &+ 1 < html.count ? html[index &+ 1] : 0
    guard ASCII.isAlpha(next) || next == 0x2F || next == 0x21 || next == 0x3F else {
      text.append(0x3C)
      index &+= 1
      return
    }
    index &+= next == 0x2F ? 2 : 1
    let name = HeaderLexer.run(html, &index, html.count, ASCII.isAlphanumeric)
    skipAttributes(html, &index)
    let word = String(decoding: ASCII.lowercased(html, name), as: UTF8.self)
    if next != 0x2F {
      switch word {
      case "script": index = end(of: "</script", in: html, from: index)
      case "style": index = end(of: "</style", in: html, from: index)
      case "title": index = end(of: "</title", in: html, from: index)
      default: break
      }
      // The end tag's own rest.
      if word == "script" || word == "style" || word == "title" { skipAttributes(html, &index) }
    }
    if blocks.contains(word) { text.append(ASCII.lf) }
  }

  /// Moves behind the ">" of a tag; one inside quotes does not count.
  private static func skipAttributes(_ html: Span<UInt8>, _ index: inout Int) {
    var quote: UInt8 = 0
    var previous: UInt8 = 0
    while index < html.count {
      let byte = html[index]
      index &+= 1
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == 0x3E {
        return
      } else if (byte == 0x22 || byte == 0x27) && previous == 0x3D {
        quote = byte
      }
      if !ASCII.isFWS(byte) { previous = byte }
    }
  }

  /// Behind the next `word`, or the end of the text.
  private static func end(of word: StaticString, in html: Span<UInt8>, from start: Int) -> Int {
    let first = word.withUTF8Buffer { $0[0] }
    var index = start
    while index < html.count, let found = ASCII.firstIndex(of: first, in: html, index..<html.count) {
      if ASCII.hasPrefix(html, at: found, word) { return found &+ word.utf8CodeUnitCount }
      index = found &+ 1
    }
    return html.count
  }

  /// At "&": a numeric or well-known entity, or the "&" itself.
  private static func entity(_ html: Span<UInt8>, _ index: inout Int, _ text: inout [UInt8]) {
    let start = index
    var at = index &+ 1
    let body = HeaderLexer.run(html, &at, min(html.count, at &+ 12)) { ASCII.isAlphanumeric($0) || $0 == 0x23 }
    let hasEnd = at < html.count && html[at] == 0x3B
    if let scalar = scalar(html, body) {
      text += String(scalar).utf8
      index = hasEnd ? at &+ 1 : at
    } else {
      text.append(html[start])
      index = start &+ 1
    }
  }

  private static func scalar(_ html: Span<UInt8>, _ body: Range<Int>) -> Unicode.Scalar? {
    guard body.count > 1 else { return nil }
    guard html[body.lowerBound] == 0x23 else { return names[ASCII.text(html, body)] }
    var value: UInt32 = 0
    let isHex = html[body.lowerBound &+ 1] | 0x20 == 0x78
    guard body.count > (isHex ? 2 : 1) else { return nil }
    for index in body.dropFirst(isHex ? 2 : 1) {
      guard let digit = ASCII.hexValue(html[index]), isHex || digit < 10 else { return nil }
      value = value &* (isHex ? 16 : 10) &+ UInt32(digit)
      guard value <= 0x10FFFF else { return "\u{FFFD}" }
    }
    // HTML reads 0x80–0x9F as windows-1252.
    if (0x80...0x9F).contains(value) { value = Charset.windows1252High[Int(value &- 0x80)] }
    return value == 0 ? "\u{FFFD}" : Unicode.Scalar(value) ?? "\u{FFFD}"
  }

  private static let blocks: Set<String> = [
    "br", "p", "div", "tr", "td", "th", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre",
    "blockquote", "section", "article", "header", "footer", "center", "dt", "dd", "address", "body",
  ]

  private static let names: [String: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©", "reg": "®",
    "trade": "™", "hellip": "…", "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”",
    "sbquo": "‚", "bdquo": "„", "laquo": "«", "raquo": "»", "bull": "•", "middot": "·", "euro": "€", "pound": "£",
    "yen": "¥", "cent": "¢", "sect": "§", "deg": "°", "times": "×", "shy": "\u{AD}", "zwnj": "\u{200C}",
    "zwj": "\u{200D}", "lrm": "\u{200E}", "rlm": "\u{200F}", "ensp": "\u{2002}", "emsp": "\u{2003}",
    "thinsp": "\u{2009}", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß",
    "eacute": "é", "egrave": "è", "ecirc": "ê", "agrave": "à", "aacute": "á", "acirc": "â", "ccedil": "ç",
    "ocirc": "ô", "oacute": "ó", "iacute": "í", "icirc": "î", "uacute": "ú", "ugrave": "ù", "ntilde": "ñ",
    "atilde": "ã", "otilde": "õ", "aring": "å", "Aring": "Å", "oslash": "ø", "Oslash": "Ø", "aelig": "æ",
    "iexcl": "¡", "iquest": "¿", "rarr": "→", "larr": "←", "check": "✓", "para": "¶", "plusmn": "±", "frac12": "½",
  ]
}
