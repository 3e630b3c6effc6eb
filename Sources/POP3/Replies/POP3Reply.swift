/// The first line of a POP3 server's reply: `+OK` or `-ERR`, a response code, a text.
public struct POP3Reply: Hashable, Sendable {
  public var isPositive: Bool
  public var code: ResponseCode?
  public var text: Text

  public enum Text: Hashable, Sendable {
    /// A text that every language has.
    case phrase(POP3Phrase)
    /// Data for the client (`2 320`), or a text of the service's own. Octets that could break the line are replaced when written.
    case verbatim(String)
  }

  public init(isPositive: Bool, code: ResponseCode? = nil, text: Text) {
    self.isPositive = isPositive
    self.code = code
    self.text = text
  }

  public static func ok(_ phrase: POP3Phrase) -> POP3Reply { POP3Reply(isPositive: true, text: .phrase(phrase)) }
  public static func ok(_ text: String) -> POP3Reply { POP3Reply(isPositive: true, text: .verbatim(text)) }
  public static func error(_ phrase: POP3Phrase, _ code: ResponseCode? = nil) -> POP3Reply {
    POP3Reply(isPositive: false, code: code, text: .phrase(phrase))
  }
  public static func error(_ text: String, _ code: ResponseCode? = nil) -> POP3Reply {
    POP3Reply(isPositive: false, code: code, text: .verbatim(text))
  }

  /// `+OK count octets`, the answer to STAT (RFC 1939 §5).
  public static func stat(count: Int, octets: Int) -> POP3Reply { .ok("\(count) \(octets)") }

  /// Writes the line with its CRLF.
  /// - Parameter language: of the text; languages other than English are written in UTF-8 (RFC 6856 §3.2).
  public func write(into output: inout [UInt8], language: POP3Language = .english) {
    output.append(contentsOf: isPositive ? "+OK".utf8 : "-ERR".utf8)
    if let code {
      output.append(contentsOf: " [".utf8)
      output.append(contentsOf: code.rawValue.utf8)
      output.append(UInt8(ascii: "]"))
    }
    let words =
      switch text {
      case .phrase(let phrase): phrase.text(in: language)
      case .verbatim(let text): text
      }
    if !words.isEmpty {
      output.append(.space)
      for byte in words.utf8 { output.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: "?") : byte) }
    }
    output.append(.cr)
    output.append(.lf)
  }

  /// The line with its CRLF, in English.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    write(into: &result)
    return result
  }
}

/// Extended response codes (RFC 2449 §8, RFC 3206, RFC 6856 §5).
public enum ResponseCode: String, Hashable, Sendable, CaseIterable {
  /// The credentials were right, the maildrop is taken (RFC 2449 §8.1.2).
  case inUse = "IN-USE"
  case loginDelay = "LOGIN-DELAY"
  /// Trouble that may pass by itself (RFC 3206 §4).
  case systemTemporary = "SYS/TEMP"
  /// Trouble that someone must mend (RFC 3206 §4).
  case systemPermanent = "SYS/PERM"
  /// Bad credentials: never in answer to USER, never for missing TLS (RFC 3206 §5).
  case authentication = "AUTH"
  /// The message or name needs UTF-8 mode.
  case utf8 = "UTF8"
}
