/// A cursor over the bytes of one whole command, literals included, without its last line end.
///
/// Every access goes through `peek`, which checks the end; no method reads beyond it and none looks back, so the time
/// is linear. Depth is counted by the callers that recurse (`enter`/`leave`).
struct CommandReader {
  let bytes: [UInt8]
  var index: Int
  let options: ParserOptions
  var depth = 0
  /// Set when reading needed bytes beyond the end: with a literal's header as the last thing, the framer's sign that the
  /// command simply goes on.
  var literalAtEnd: LiteralHeader?

  init(_ bytes: [UInt8], at index: Int = 0, options: ParserOptions) {
    self.bytes = bytes
    self.index = index
    self.options = options
  }

  var isAtEnd: Bool { index >= bytes.count }

  @inline(__always)
  func peek(_ ahead: Int = 0) -> UInt8? {
    let at = index + ahead
    return at < bytes.count ? bytes[at] : nil
  }

  func error(_ text: String) -> SyntaxError { SyntaxError(text: text, offset: index) }

  /// Reads exactly this octet.
  mutating func expect(_ octet: UInt8, _ text: String) throws(SyntaxError) {
    guard peek() == octet else { throw error(text) }
    index += 1
  }

  /// Reads this octet if it is next.
  mutating func skip(_ octet: UInt8) -> Bool {
    guard peek() == octet else { return false }
    index += 1
    return true
  }

  /// RFC 9051 §9 note 2: SP is exactly one space.
  mutating func space() throws(SyntaxError) { try expect(OctetClass.space, "Expected a space") }

  /// Reads a space if one is next.
  mutating func skipSpace() -> Bool { skip(OctetClass.space) }

  mutating func end() throws(SyntaxError) {
    guard isAtEnd else { throw error("Unexpected text after the command") }
  }

  mutating func open() throws(SyntaxError) { try expect(OctetClass.open, "Expected an opening parenthesis") }
  mutating func close() throws(SyntaxError) { try expect(OctetClass.close, "Expected a closing parenthesis") }

  /// Counts one level of nesting in; pair it with `leave`.
  mutating func enter() throws(SyntaxError) {
    guard depth < options.limits.nesting else {
      throw SyntaxError(code: .limit, text: "Too deeply nested", offset: index)
    }
    depth += 1
  }

  mutating func leave() { depth -= 1 }

  /// Reads the longest run of octets in a class.
  @inline(__always)
  mutating func run(_ isMember: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = index
    while index < bytes.count, isMember(bytes[index]) { index += 1 }
    return bytes[start..<index]
  }

  /// Reads `SP item SP item … )` after the first item's opening parenthesis: at least `minimum` items.
  mutating func list<T>(
    minimum: Int = 1, _ item: (inout CommandReader) throws(SyntaxError) -> T
  ) throws(SyntaxError) -> [T] {
    try open()
    var items: [T] = []
    if peek() != OctetClass.close {
      repeat {
        guard items.count < options.limits.listItems else {
          throw SyntaxError(code: .limit, text: "Too many list items", offset: index)
        }
        items.append(try item(&self))
      } while skipSpace()
    }
    try close()
    guard items.count >= minimum else { throw error("Expected a list item") }
    return items
  }
}

/// What changes how command bytes are read: the session's state and its limits.
public struct ParserOptions: Sendable, Equatable {
  public var limits: Limits
  /// True once the client enabled IMAP4rev2 or UTF8=ACCEPT: mailbox names are then UTF-8 and `&` is an ordinary
  /// character (RFC 9051 §5.1, RFC 6855 §3); else they are modified UTF-7.
  public var usesUTF8: Bool

  public init(limits: Limits = Limits(), usesUTF8: Bool = false) {
    self.limits = limits
    self.usesUTF8 = usesUTF8
  }
}
