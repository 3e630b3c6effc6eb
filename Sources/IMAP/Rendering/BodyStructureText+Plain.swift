extension BodyStructureText {
  /// BODY from a ready BODYSTRUCTURE: the same without its extension data (RFC 9051 §7.5.2), so that no message is read for it.
  ///
  /// Meant for text that `render` made; of other text it copies what it understands and stays within it.
  public static func plain(_ extensible: [UInt8]) -> [UInt8] {
    var copier = StructureCopier(text: extensible)
    copier.body(depth: 0)
    return copier.result
  }
}

/// Copies a body without its extension data.
private struct StructureCopier {
  let text: [UInt8]
  var at = 0
  var result: [UInt8] = []

  private var next: UInt8? { at < text.count ? text[at] : nil }

  mutating func body(depth: Int) {
    guard next == OctetClass.open, depth < 200 else { return value(copies: true) }
    at += 1
    result.append(OctetClass.open)
    if next == OctetClass.open {
      while next == OctetClass.open { body(depth: depth + 1) }
      // SP media-subtype
      copyValues(1)
    } else {
      single(depth: depth)
    }
    skipToClose()
    result.append(OctetClass.close)
  }

  private mutating func single(depth: Int) {
    let start = result.count
    value(copies: true)
    let type = String(decoding: result[start...], as: UTF8.self).uppercased()
    let middle = result.count
    copyValues(1)
    let subtype = String(decoding: result[middle...], as: UTF8.self).uppercased()
    // params id description encoding octets
    copyValues(5)
    if type == "\"TEXT\"" {
      copyValues(1)
    } else if type == "\"MESSAGE\"", subtype == " \"RFC822\"" || subtype == " \"GLOBAL\"" {
      // envelope, body, lines
      copyValues(1)
      if next == 0x20 {
        at += 1
        result.append(0x20)
      }
      body(depth: depth + 1)
      copyValues(1)
    }
  }

  private mutating func copyValues(_ count: Int) {
    for _ in 0..<count {
      guard next == 0x20 else { return }
      at += 1
      result.append(0x20)
      value(copies: true)
    }
  }

  /// To behind the parenthesis that closes this body.
  private mutating func skipToClose() {
    while let octet = next, octet != OctetClass.close {
      if octet == 0x20 { at += 1 } else { value(copies: false) }
    }
    if next != nil { at += 1 }
  }

  /// NIL, a number, a string, or a list with all that is in it.
  private mutating func value(copies: Bool) {
    let start = at
    var depth = 0
    repeat {
      guard let octet = next else { break }
      switch octet {
      case OctetClass.open:
        depth += 1
        at += 1
      case OctetClass.close:
        if depth == 0 { return }
        depth -= 1
        at += 1
      case OctetClass.quote: quoted()
      case OctetClass.brace: literal()
      case 0x20: at += 1
      default:
        while let octet = next, octet != 0x20, octet != OctetClass.close, octet != OctetClass.open { at += 1 }
      }
    } while depth > 0
    if copies { result += text[start..<at] }
  }

  private mutating func quoted() {
    at += 1
    while let octet = next, octet != OctetClass.quote { at += octet == OctetClass.backslash ? 2 : 1 }
    at = min(at + 1, text.count)
  }

  private mutating func literal() {
    guard let header = LiteralHeader(parsing: text[at...]) else {
      at += 1
      return
    }
    at = min(text.count, at + header.length + 2 + min(header.size, text.count))
  }
}
