/// A part of a message to be built.
public indirect enum BodyPart: Sendable {
  public enum TextEncoding: Sendable {
    /// 7bit where the text allows it, else the shorter of quoted-printable and base64.
    case automatic
    case quotedPrintable
    case base64
    /// As it is: the message then needs 8BITMIME. Lines over 998 octets are not broken.
    case eightBit
  }

  /// Text in UTF-8; line ends of any kind become CRLF. `subtype`: "plain", "html", ...
  case text(String, subtype: String = "plain", encoding: TextEncoding = .automatic)
  /// Bytes of any type in base64, with a file name when they are an attachment.
  case data([UInt8], type: String, fileName: String? = nil, isInline: Bool = false, contentID: String? = nil)
  /// `subtype`: "mixed", "alternative", "related", "report", ...; `parameters` such as report-type.
  case multipart(subtype: String, [BodyPart], parameters: [(name: String, value: String)] = [])
  /// An embedded message, as it is; `headersOnly` makes it text/rfc822-headers (RFC 6522 §4).
  case message([UInt8], headersOnly: Bool = false)
  /// Bytes as they are under a type, for message/delivery-status and the like.
  case verbatim([UInt8], type: String)

  /// Writes this part's Content-* fields, the blank line and the body.
  func write(to output: inout [UInt8], seed: String, count: inout Int) {
    switch self {
    case .text(let text, let subtype, let encoding): BodyPart.writeText(text, subtype, encoding, to: &output)
    case .data(let bytes, let type, let fileName, let isInline, let contentID):
      var header = HeaderWriter()
      header.add("Content-Type", type, parameters: [])
      header.add("Content-Transfer-Encoding", words: ["base64"])
      let names = fileName.map { [(name: "filename", value: $0)] } ?? []
      header.add("Content-Disposition", isInline ? "inline" : "attachment", parameters: names)
      if let contentID { header.add("Content-ID", words: ["<\(contentID)>"]) }
      output += header.bytes + [ASCII.cr, ASCII.lf] + Base64.encodeLines(bytes)
    case .multipart(let subtype, let parts, let parameters):
      BodyPart.writeMultipart(subtype, parts, parameters, to: &output, seed: seed, count: &count)
    case .message(let bytes, let headersOnly):
      BodyPart.writeVerbatim(bytes, headersOnly ? "text/rfc822-headers" : "message/rfc822", to: &output)
    case .verbatim(let bytes, let type): BodyPart.writeVerbatim(bytes, type, to: &output)
    }
  }

  private static func writeMultipart(
    _ subtype: String, _ parts: [BodyPart], _ parameters: [(name: String, value: String)], to output: inout [UInt8],
    seed: String, count: inout Int
  ) {
    // "=_" occurs in no quoted-printable or base64 text (RFC 2045 §6.7, note on boundaries).
    let boundary = "=_\(seed)_\(count)"
    count += 1
    var header = HeaderWriter()
    header.add("Content-Type", "multipart/\(subtype)", parameters: parameters + [(name: "boundary", value: boundary)])
    output += header.bytes
    output += [ASCII.cr, ASCII.lf]
    for part in parts {
      output += "--\(boundary)\r\n".utf8
      part.write(to: &output, seed: seed, count: &count)
      output += [ASCII.cr, ASCII.lf]
    }
    output += "--\(boundary)--\r\n".utf8
  }

  private static func writeVerbatim(_ bytes: [UInt8], _ type: String, to output: inout [UInt8]) {
    var header = HeaderWriter()
    header.add("Content-Type", type, parameters: [])
    if !ASCII.isASCII(bytes.span) { header.add("Content-Transfer-Encoding", words: ["8bit"]) }
    output += header.bytes
    output += [ASCII.cr, ASCII.lf]
    output += bytes
  }

  private static func writeText(_ text: String, _ subtype: String, _ encoding: TextEncoding, to output: inout [UInt8]) {
    let lines = withCRLF(text)
    let chosen = choose(encoding, lines)
    let isASCII = ASCII.isASCII(lines.span)
    var header = HeaderWriter()
    header.add(
      "Content-Type", "text/\(subtype)", parameters: [(name: "charset", value: isASCII ? "us-ascii" : "utf-8")])
    header.add("Content-Transfer-Encoding", words: [chosen.word])
    output += header.bytes
    output += [ASCII.cr, ASCII.lf]
    switch chosen {
    case .base64: output += Base64.encodeLines(lines)
    case .quotedPrintable: output += QuotedPrintable.encode(lines)
    default: output += lines
    }
  }

  private static func choose(_ encoding: TextEncoding, _ lines: [UInt8]) -> TransferEncoding {
    switch encoding {
    case .quotedPrintable: return .quotedPrintable
    case .base64: return .base64
    case .eightBit: return ASCII.isASCII(lines.span) ? .sevenBit : .eightBit
    case .automatic: break
    }
    let longest = lines.split(separator: ASCII.lf).map(\.count).max() ?? 0
    let isPlain = lines.allSatisfy { $0 < 127 && ($0 >= 32 || ASCII.isFWS($0)) }
    if isPlain, longest <= 79 { return .sevenBit }
    let escaped = lines.reduce(0) { $0 + ($1 > 126 || $1 == 0x3D ? 1 : 0) }
    return escaped * 2 > lines.count / 3 ? .base64 : .quotedPrintable
  }

  /// Bare CR and bare LF become CRLF; the text ends with one.
  private static func withCRLF(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == ASCII.lf, previous == ASCII.cr {
        previous = byte
        continue
      }
      if byte == ASCII.cr || byte == ASCII.lf { result += [ASCII.cr, ASCII.lf] } else { result.append(byte) }
      previous = byte
    }
    if !result.isEmpty, result.last != ASCII.lf { result += [ASCII.cr, ASCII.lf] }
    return result
  }
}
