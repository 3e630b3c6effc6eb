import IMAP

/// The client's side of the RFCs' printed dialogues, as commands.
struct DialogueReader {
  /// A client line with its folded parts joined by a space.
  struct Line {
    var text: String
    /// Where it is printed: "rfc9051.txt: A1 NOOP".
    var place: String
  }

  /// What the client sends: a whole command in bytes, or a line that starts none.
  enum Item {
    case command([UInt8], place: String, lines: Int)
    case other(Line)
  }

  private var lines: [Line?] = []
  private var at = 0

  /// `nil` in `lines` is a server line that is no continuation: it ends what the client was saying.
  init(_ text: String, file: String) {
    var isClient = false
    for raw in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if raw.hasPrefix("C:") { isClient = true } else if raw.hasPrefix("S:") { isClient = false }
      if raw.hasPrefix("C:") {
        var line = String(raw.dropFirst(2))
        if line.hasPrefix(" ") { line.removeFirst() }
        lines.append(Line(text: line, place: "\(file): \(line)"))
      } else if isClient, raw.hasPrefix("   "), let last = lines.last ?? nil {
        // Folded inside of a URL or a base64 run: nothing; elsewhere a space.
        let piece = raw.drop { $0 == " " }
        if piece.hasPrefix("(note that") || piece == "following line)" || piece.hasPrefix("on the following") {
          continue
        }
        if piece.hasPrefix("following line") || piece.hasPrefix("<large base64") { continue }
        let isInWord = last.text.hasSuffix("/") || piece.hasPrefix(";") || piece.hasPrefix(":")
        let joint = isInWord || last.text.contains(" AUTHENTICATE OAUTH") || last.text.hasSuffix(",") ? "" : " "
        lines[lines.count - 1]?.text += joint + piece
      } else if raw.hasPrefix("S:"), !raw.hasPrefix("S: +") {
        lines.append(nil)
      } else if raw.hasPrefix("#") {
        lines.append(nil)
      }
    }
  }

  /// All items in order.
  static func items(_ text: String, file: String) -> [Item] {
    var reader = DialogueReader(text, file: file)
    var items: [Item] = []
    while let item = reader.next() { items.append(item) }
    return items
  }

  private mutating func next() -> Item? {
    while at < lines.count, lines[at] == nil { at += 1 }
    guard at < lines.count, let line = lines[at] else { return nil }
    at += 1
    guard Self.startsCommand(line.text) else { return .other(line) }
    return command(line)
  }

  /// A tag and the name of a command, known here or not.
  static func startsCommand(_ text: String) -> Bool {
    let words = text.split(separator: " ", maxSplits: 3)
    guard words.count >= 2, words[0].count <= 6, words[0].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." }) else {
      return false
    }
    let name = words[1].uppercased()
    return CommandName(rawValue: name) != nil || ["UID", "AUTH", "CONVERT", "CONVERSIONS"].contains(name)
  }

  private mutating func command(_ first: Line) -> Item {
    var bytes = Array(first.text.drop { $0 == " " }.utf8)
    var used = 1
    while let size = Self.literalSize(bytes) {
      // Where the RFC does not print the octets, or the server refuses them, others of that size stand for them.
      let data = literal(size, &used) ?? ([UInt8](repeating: 0x78, count: size), [])
      // As printed the sizes are often wrong: the real one replaces it.
      let start = bytes.lastIndex(of: 0x7B) ?? 0
      let tail = bytes[start...].contains(0x2B) ? "+}" : "}"
      bytes.removeSubrange(start...)
      bytes += Array("{\(data.literal.count)\(tail)\r\n".utf8) + data.literal + data.rest
    }
    return .command(bytes, place: first.place, lines: used)
  }

  private static func literalSize(_ bytes: [UInt8]) -> Int? {
    guard bytes.last == 0x7D, let start = bytes.lastIndex(of: 0x7B) else { return nil }
    return Int(String(decoding: bytes[(start + 1)...].filter { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
  }

  /// The octets of a literal, and what its last line goes on with.
  private mutating func literal(_ size: Int, _ used: inout Int) -> (literal: [UInt8], rest: [UInt8])? {
    var gathered: [UInt8] = []
    while at < lines.count, let line = lines[at] {
      let text = Array(line.text.utf8)
      // A line that begins with a space goes on with the command after the literal, and so does a parenthesis.
      if !gathered.isEmpty, line.text.hasPrefix(" "), !line.text.hasPrefix("  ") || line.text == ")" {
        at += 1
        used += 1
        return (gathered, text)
      }
      if line.text == ")" {
        at += 1
        used += 1
        return (gathered, text)
      }
      if Self.startsCommand(line.text), !gathered.isEmpty || size > 100 { return (gathered, []) }
      at += 1
      used += 1
      if gathered.isEmpty, text.count > size { return (Array(text[..<size]), Array(text[size...])) }
      gathered += (gathered.isEmpty ? [] : [0x0D, 0x0A]) + text
      if gathered.count == size { return (gathered, []) }
    }
    return gathered.isEmpty ? nil : (gathered, [])
  }
}
