/// Builds responses as octets, ready for the wire; each method writes one whole line or one item.
///
/// Text that the caller gives is made safe: no line end or NUL leaves in a line, and a string chooses between quoted
/// and literal. Mailbox names are modified UTF-7 unless `usesUTF8`.
public struct ResponseWriter: Sendable {
  /// What has been written; take it with `take()`.
  public var bytes: [UInt8]
  /// True once the client enabled IMAP4rev2 or UTF8=ACCEPT.
  public var usesUTF8: Bool
  /// True between `beginFetch` and its first item.
  var isFirstItem = false

  public init(usesUTF8: Bool = false, capacity: Int = 0) {
    bytes = []
    self.usesUTF8 = usesUTF8
    bytes.reserveCapacity(capacity)
  }

  /// What was written so far, leaving the writer empty.
  public mutating func take() -> [UInt8] {
    var taken: [UInt8] = []
    swap(&taken, &bytes)
    return taken
  }

  /// The condition of a status response.
  public enum Condition: String, Sendable {
    case ok = "OK"
    case no = "NO"
    case bad = "BAD"
    case bye = "BYE"
    case preauth = "PREAUTH"
  }

  /// `tag OK [CODE] text`; without a tag `* OK …`.
  public mutating func status(
    _ condition: Condition, tag: String? = nil, _ code: ResponseCode?, _ text: String
  ) {
    if let tag { write(tag) } else { bytes.append(0x2A) }
    bytes.append(0x20)
    write(condition.rawValue)
    bytes.append(0x20)
    if let code {
      responseCode(code)
      bytes.append(0x20)
    }
    // resp-text cannot be empty in RFC 3501.
    write(safeText: text.isEmpty ? "Done" : text)
    endLine()
  }

  /// `tag OK text`
  public mutating func status(_ condition: Condition, tag: String? = nil, _ text: String) {
    status(condition, tag: tag, nil, text)
  }

  /// The tagged answer to what could not be read.
  public mutating func error(_ error: CommandError) {
    status(error.condition == .bad ? .bad : .no, tag: error.tag, error.code, error.text)
  }

  /// The framer's own answer.
  public mutating func refusal(_ refusal: CommandFramer.Refusal) {
    if refusal.closes {
      status(.bye, refusal.code, refusal.text)
    } else {
      status(refusal.condition == .bad ? .bad : .no, tag: refusal.tag, refusal.code, refusal.text)
    }
  }

  /// `+ text`: go on with a literal, or a SASL challenge already in base64 (which may be empty: `+ ` and nothing).
  public mutating func continuation(_ text: [UInt8] = Array("OK".utf8)) {
    bytes.append(0x2B)
    bytes.append(0x20)
    bytes.append(contentsOf: text)
    endLine()
  }

  public mutating func endLine() {
    bytes.append(OctetClass.carriageReturn)
    bytes.append(OctetClass.lineFeed)
  }

  /// ASCII or UTF-8 that is known to be safe.
  mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func write(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

  mutating func write(_ number: UInt64) { bytes.appendDecimal(number) }

  mutating func write(_ number: UInt32) { bytes.appendDecimal(UInt64(number)) }

  /// Human text in a line: what would end or break the line becomes a space.
  mutating func write(safeText text: String) {
    for octet in text.utf8 { bytes.append(octet < 0x20 || octet == 0x7F ? 0x20 : octet) }
  }
}

extension [UInt8] {
  /// Appends a number in decimal without making a String.
  mutating func appendDecimal(_ number: UInt64) {
    // 2^64 - 1 has 20 digits.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var at = 20
      var rest = number
      repeat {
        at -= 1
        digits.initializeElement(at: at, to: UInt8(truncatingIfNeeded: 0x30 + rest % 10))
        rest /= 10
      } while rest > 0
      append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[at...]))
    }
  }
}
