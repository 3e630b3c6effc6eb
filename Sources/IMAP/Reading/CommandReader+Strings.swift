extension CommandReader {
  /// atom
  mutating func atom(_ text: String = "Expected an atom") throws(SyntaxError) -> String {
    let octets = run(OctetClass.isAtom)
    guard !octets.isEmpty else { throw error(text) }
    return String(decoding: octets, as: UTF8.self)
  }

  /// An atom in capitals, to be compared with the grammar's words, which ignore case.
  mutating func word(_ text: String = "Expected a word") throws(SyntaxError) -> String {
    let octets = run(OctetClass.isAtom)
    guard !octets.isEmpty, octets.count <= 64 else { throw error(text) }
    return Self.capitals(octets)
  }

  static func capitals(_ octets: ArraySlice<UInt8>) -> String {
    String(unsafeUninitializedCapacity: octets.count) { buffer in
      var at = 0
      for octet in octets {
        buffer[at] = OctetClass.uppercased(octet)
        at += 1
      }
      return at
    }
  }

  /// Reads `keyword` (given in capitals) if it is next, whatever its case. Does not look at what follows.
  mutating func skipWord(_ keyword: StaticString) -> Bool {
    let count = keyword.utf8CodeUnitCount
    guard bytes.count - index >= count else { return false }
    let matches = keyword.withUTF8Buffer { expected in
      for at in 0..<count where OctetClass.uppercased(bytes[index + at]) != expected[at] { return false }
      return true
    }
    if matches { index += count }
    return matches
  }

  /// string: quoted or literal.
  mutating func string() throws(SyntaxError) -> [UInt8] {
    switch peek() {
    case OctetClass.quote: try quoted()
    case OctetClass.brace: try literal()
    default: throw error("Expected a string")
    }
  }

  /// astring
  mutating func astring(_ text: String = "Expected a string") throws(SyntaxError) -> [UInt8] {
    switch peek() {
    case OctetClass.quote: return try quoted()
    case OctetClass.brace: return try literal()
    default:
      let octets = run(OctetClass.isAString)
      guard !octets.isEmpty else { throw error(text) }
      return Array(octets)
    }
  }

  /// An astring that is text: valid UTF-8.
  mutating func text(_ message: String = "Expected a string") throws(SyntaxError) -> String {
    try utf8(astring(message))
  }

  func utf8(_ octets: [UInt8]) throws(SyntaxError) -> String {
    guard let text = String(validating: octets, as: UTF8.self) else {
      throw error("Text is not valid UTF-8")
    }
    return text
  }

  /// nstring
  mutating func nstring() throws(SyntaxError) -> [UInt8]? {
    if isNIL() {
      index += 3
      return nil
    }
    return try string()
  }

  /// Whether NIL comes next, as a whole atom.
  func isNIL() -> Bool {
    guard let n = peek(), let i = peek(1), let l = peek(2) else { return false }
    guard OctetClass.uppercased(n) == 0x4E, OctetClass.uppercased(i) == 0x49, OctetClass.uppercased(l) == 0x4C else {
      return false
    }
    return peek(3).map { !OctetClass.isAString($0) } ?? true
  }

  /// quoted. UTF-8 within is accepted in every mode (RFC 9051 §4.3; RFC 3501 clients that send it mean it).
  mutating func quoted() throws(SyntaxError) -> [UInt8] {
    try expect(OctetClass.quote, "Expected a quoted string")
    var value: [UInt8] = []
    while let octet = peek() {
      index += 1
      switch octet {
      case OctetClass.quote: return value
      case OctetClass.backslash:
        // RFC 9051 §4.3: only `"` and `\` may be escaped.
        guard let escaped = peek(), escaped == OctetClass.quote || escaped == OctetClass.backslash else {
          throw error("Only a quote or a backslash can be escaped in a quoted string")
        }
        index += 1
        value.append(escaped)
      case 0, OctetClass.carriageReturn, OctetClass.lineFeed:
        index -= 1
        throw error("A quoted string cannot contain this character")
      default: value.append(octet)
      }
    }
    throw error("Unfinished quoted string")
  }

  /// literal: `{n}` CRLF and n octets that are not NUL (CHAR8).
  mutating func literal() throws(SyntaxError) -> [UInt8] {
    let range = try literalRange()
    guard !bytes[range].contains(0) else { throw error("A literal cannot contain NUL") }
    return Array(bytes[range])
  }

  /// literal or literal8, as its place among the command's bytes.
  mutating func literalRange() throws(SyntaxError) -> Range<Int> {
    guard let header = LiteralHeader(parsing: bytes[index...]) else { throw error("Expected a literal") }
    var after = index + header.length
    if after < bytes.count, bytes[after] == OctetClass.carriageReturn { after += 1 }
    guard after < bytes.count, bytes[after] == OctetClass.lineFeed else {
      if after >= bytes.count { literalAtEnd = header }
      throw error("A literal's size must end its line")
    }
    after += 1
    guard header.size <= bytes.count - after else {
      literalAtEnd = header
      throw error("Unfinished literal")
    }
    index = after + header.size
    return after..<index
  }
}
