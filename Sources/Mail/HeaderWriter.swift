/// Writes header fields: folded at 78 columns, encoded words where the text is not ASCII (RFC 5322 §2.2.3, RFC 2047).
public struct HeaderWriter: Sendable {
  /// The fields so far, each ended by CRLF.
  public private(set) var bytes: [UInt8] = []
  private var column = 0

  public init() {}

  /// A field of free text. CR, LF and NUL become blanks, so that no text can make a field of its own.
  public mutating func add(_ name: String, _ text: String) {
    begin(name)
    let clean = HeaderWriter.cleaned(text)
    if HeaderWriter.needsEncoding(clean) {
      for word in EncodedWord.encode(clean) { put(word) }
    } else {
      for word in clean.utf8.split(separator: ASCII.space) { put(Array(word)) }
    }
    endField()
  }

  /// A field of words that must stay as they are, folded between them.
  public mutating func add(_ name: String, words: [String]) {
    begin(name)
    for word in words { put(Array(HeaderWriter.cleaned(word).utf8)) }
    endField()
  }

  /// An address field: mailboxes with their display names.
  public mutating func add(_ name: String, _ mailboxes: [(name: String?, address: EmailAddress)]) {
    begin(name)
    for (index, mailbox) in mailboxes.enumerated() {
      let comma = index + 1 < mailboxes.count ? "," : ""
      if let display = mailbox.name.map(HeaderWriter.cleaned), !display.isEmpty {
        for word in HeaderWriter.phrase(display) { put(word) }
        put(Array("<\(mailbox.address)>\(comma)".utf8))
      } else {
        put(Array("\(mailbox.address)\(comma)".utf8))
      }
    }
    endField()
  }

  /// A field of one token and parameters, such as Content-Type; a value that is not ASCII takes RFC 2231's form.
  public mutating func add(_ name: String, _ token: String, parameters: [(name: String, value: String)]) {
    begin(name)
    put(Array((HeaderWriter.cleaned(token) + (parameters.isEmpty ? "" : ";")).utf8))
    let pieces = parameters.flatMap { HeaderWriter.parameter($0.name, HeaderWriter.cleaned($0.value)) }
    for (index, piece) in pieces.enumerated() { put(index + 1 < pieces.count ? piece + [0x3B] : piece) }
    endField()
  }

  // MARK: Lines

  private mutating func begin(_ name: String) {
    bytes += name.utf8.filter { ASCII.isVisible($0) && $0 != 0x3A }
    bytes.append(0x3A)
    column = name.utf8.count + 1
  }

  /// A blank and the word; a fold before the blank where the line would pass 78 columns.
  private mutating func put(_ word: [UInt8]) {
    if column + 1 + word.count > 78 {
      bytes += [ASCII.cr, ASCII.lf]
      column = 0
    }
    bytes.append(ASCII.space)
    bytes += word
    column += 1 + word.count
  }

  private mutating func endField() {
    bytes += [ASCII.cr, ASCII.lf]
    column = 0
  }

  // MARK: Words

  private static func cleaned(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      scalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
    }
    return String(scalars)
  }

  /// True where text is not ASCII, looks like an encoded word, or has a word that no fold could bring under 998.
  private static func needsEncoding(_ text: String) -> Bool {
    !text.utf8.allSatisfy { $0 < 128 } || text.contains("=?")
      || text.utf8.split(separator: ASCII.space).contains { $0.count > 900 }
  }

  /// A display name: atoms, a quoted string, or encoded words.
  private static func phrase(_ text: String) -> [[UInt8]] {
    if needsEncoding(text) { return EncodedWord.encode(text) }
    if text.utf8.allSatisfy({ ASCII.isAtext($0) || $0 == ASCII.space }) {
      return text.utf8.split(separator: ASCII.space).map { Array($0) }
    }
    return [quoted(text)]
  }

  private static func quoted(_ text: String) -> [UInt8] {
    var result: [UInt8] = [ASCII.quote]
    for byte in text.utf8 {
      if byte == ASCII.quote || byte == ASCII.backslash { result.append(ASCII.backslash) }
      result.append(byte)
    }
    return result + [ASCII.quote]
  }

  /// One parameter, or the pieces of a continued one.
  static func parameter(_ name: String, _ value: String) -> [[UInt8]] {
    let bytes = Array(value.utf8)
    if bytes.allSatisfy({ $0 < 128 }), bytes.count <= 60 {
      let isToken = !bytes.isEmpty && bytes.allSatisfy(ASCII.isToken)
      return [Array("\(name)=".utf8) + (isToken ? bytes : quoted(value))]
    }
    let encoded = Array("utf-8''".utf8) + ParameterList.percentEncode(bytes)
    if encoded.count <= 60 { return [Array("\(name)*=".utf8) + encoded] }
    var pieces: [[UInt8]] = []
    var start = 0
    while start < encoded.count {
      var end = min(start + 54, encoded.count)
      // Never between "%" and its two digits.
      if let percent = encoded[start..<end].lastIndex(of: 0x25), end < encoded.count, end - percent < 3 {
        end = percent
      }
      pieces.append(Array("\(name)*\(pieces.count)*=".utf8) + encoded[start..<end])
      start = end
    }
    return pieces
  }
}
