/// Walks an XML document: element starts, ends and their text. Only what reports need: no DTD, no entities but the five of
/// XML and character references; prefixes of names are dropped; attributes are skipped. Linear in the input.
struct XMLReader {
  enum Event: Equatable {
    case start([UInt8])
    /// The end of an element with the text directly in it, without white space at its ends.
    case end([UInt8], text: [UInt8])
  }

  enum Flaw: Error { case malformed, tooDeep, forbidden }

  /// The deepest nesting.
  static let maximumDepth = 32
  /// The longest text of one element that is kept.
  static let maximumText = 64 << 10

  private let bytes: [UInt8]
  private var position: Int
  private var open: [(name: [UInt8], text: [UInt8])] = []
  /// Set by `<name/>`: the end follows.
  private var pendingEnd: [UInt8]?

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A byte order mark may come first.
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next event; nil at the end of the document.
  mutating func next() throws(Flaw) -> Event? {
    if let name = pendingEnd {
      pendingEnd = nil
      return .end(name, text: [])
    }
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "<") else {
        readText()
        continue
      }
      if starts("<?") {
        try skip("?>")
      } else if starts("<!--") {
        try skip("-->")
      } else if starts("<![CDATA[") {
        let start = position + 9
        try skip("]]>")
        append(bytes[start..<(position - 3)])
      } else if starts("<!") {
        // A DTD could define entities.
        throw .forbidden
      } else if starts("</") {
        return try readEnd()
      } else {
        return try readStart()
      }
    }
    guard open.isEmpty else { throw .malformed }
    return nil
  }

  private func starts(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[position...].starts(with: $0) }
  }

  private mutating func skip(_ end: StaticString) throws(Flaw) {
    while position < bytes.count {
      if starts(end) {
        position += end.utf8CodeUnitCount
        return
      }
      position += 1
    }
    throw .malformed
  }

  private mutating func readText() {
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
    append(Self.unescaped(bytes[start..<position])[...])
  }

  private mutating func append(_ text: ArraySlice<UInt8>) {
    guard !open.isEmpty else { return }
    let room = Self.maximumText - open[open.count - 1].text.count
    open[open.count - 1].text += text.prefix(max(0, room))
  }

  private mutating func readStart() throws(Flaw) -> Event {
    position += 1
    let name = readName()
    guard !name.isEmpty else { throw .malformed }
    var quote: UInt8?
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if let current = quote {
        if byte == current { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        if bytes[position - 2] == UInt8(ascii: "/") {
          pendingEnd = name
        } else {
          guard open.count < Self.maximumDepth else { throw .tooDeep }
          open.append((name, []))
        }
        return .start(name)
      }
    }
    throw .malformed
  }

  private mutating func readEnd() throws(Flaw) -> Event {
    position += 2
    let name = readName()
    try skip(">")
    guard let element = open.popLast(), element.name == name else { throw .malformed }
    return .end(name, text: Self.trimmed(element.text))
  }

  /// A name without its prefix.
  private mutating func readName() -> [UInt8] {
    let start = position
    while position < bytes.count, !" \t\r\n/>".utf8.contains(bytes[position]) { position += 1 }
    let name = bytes[start..<position]
    return Array(name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name)
  }

  private static func trimmed(_ text: [UInt8]) -> [UInt8] {
    let start = text.firstIndex { $0 > 0x20 } ?? text.endIndex
    let end = text.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? start
    return Array(text[start..<end])
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    guard text.contains(UInt8(ascii: "&")) else { return Array(text) }
    var result: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      // The longest reference is "&#1114111;".
      if text[index] == UInt8(ascii: "&"), let end = text[index...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let character = reference(text[(index + 1)..<end])
      {
        result += Array(String(character).utf8)
        index = end + 1
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private static func reference(_ name: ArraySlice<UInt8>) -> Unicode.Scalar? {
    let name = String(decoding: name, as: UTF8.self)
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      if name.hasPrefix("#x") { return UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init) }
      if name.hasPrefix("#") { return UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init) }
      return nil
    }
  }
}
