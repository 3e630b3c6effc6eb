/// A macro-string (RFC 7208 §7.1), cut into its pieces.
struct SPFMacroString: Hashable, Sendable {
  enum Piece: Hashable, Sendable {
    case literal([UInt8])
    case macro(Macro)
  }

  struct Macro: Hashable, Sendable {
    /// Lower case.
    var letter: UInt8
    var isURLEscaped: Bool
    /// How many right-hand parts are kept; nil: all.
    var count: Int?
    var isReversed: Bool
    /// Empty: the default, a dot.
    var delimiters: [UInt8]
  }

  /// Where the string stands, which decides about the letters c, r, t and about blanks.
  enum Place {
    case domain, explanation, modifier
  }

  var pieces: [Piece] = []
  /// True: the local part of the sender is used.
  var usesLocalPart: Bool {
    pieces.contains { piece in
      if case .macro(let macro) = piece {
        return macro.letter == UInt8(ascii: "s") || macro.letter == UInt8(ascii: "l")
      }
      return false
    }
  }

  /// nil: not a macro-string.
  init?(_ text: ArraySlice<UInt8>, _ place: Place) {
    var literal: [UInt8] = []
    var endsInMacro = false
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      index += 1
      endsInMacro = false
      guard byte == UInt8(ascii: "%") else {
        // macro-literal = %x21-24 / %x26-7E; explain-string allows blanks too.
        guard (0x21...0x7E).contains(byte) || (byte == 0x20 && place == .explanation) else { return nil }
        literal.append(byte)
        continue
      }
      guard index < text.endIndex else { return nil }
      endsInMacro = true
      let next = text[index]
      index += 1
      switch next {
      case UInt8(ascii: "%"): literal.append(next)
      case UInt8(ascii: "_"): literal.append(0x20)
      case UInt8(ascii: "-"): literal += Array("%20".utf8)
      case UInt8(ascii: "{"):
        guard let close = text[index...].firstIndex(of: UInt8(ascii: "}")),
          let macro = Macro(text[index..<close], place)
        else { return nil }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = []
        pieces.append(.macro(macro))
        index = close + 1
      // RFC 7208 §7.3: any other character after "%" is a syntax error.
      default: return nil
      }
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    if place == .domain, !endsInMacro, !Self.endsInTopLabel(text) { return nil }
  }

  /// domain-end = "." toplabel [ "." ], in what follows the last macro-expand.
  private static func endsInTopLabel(_ text: ArraySlice<UInt8>) -> Bool {
    var tail = text
    // A macro-expand ends in "}", or is one of "%%", "%_", "%-"; a toplabel holds none of "%", "_", "}".
    if tail.last == UInt8(ascii: ".") { tail = tail.dropLast() }
    guard
      let dot = tail.lastIndex(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "%") }
      ),
      tail[dot] == UInt8(ascii: ".")
    else { return false }
    let label = tail[(dot + 1)...]
    guard let first = label.first, let last = label.last, isAlphanumeric(first), isAlphanumeric(last),
      label.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") })
    else { return false }
    // Not all digits: at least one letter or hyphen.
    return !label.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}

extension SPFMacroString.Macro {
  /// The inside of "%{…}": a letter, digits, "r", delimiters.
  init?(_ text: ArraySlice<UInt8>, _ place: SPFMacroString.Place) {
    guard let first = text.first else { return nil }
    letter = first | 0x20
    isURLEscaped = first & 0x20 == 0
    let letters = place == .domain ? "slodipvh" : "slodipvhcrt"
    guard first >= 0x41, letters.utf8.contains(letter) else { return nil }
    var rest = text.dropFirst()
    while let digit = rest.first, (0x30...0x39).contains(digit) {
      // A name has at most 127 labels, so counts above a thousand all mean "all".
      count = min((count ?? 0) * 10 + Int(digit - 0x30), 1000)
      rest = rest.dropFirst()
    }
    // RFC 7208 §7.3: if a DIGIT is specified, the value MUST be nonzero.
    if count == 0 { return nil }
    isReversed = false
    if let next = rest.first, next | 0x20 == UInt8(ascii: "r") {
      isReversed = true
      rest = rest.dropFirst()
    }
    guard rest.allSatisfy({ ".-+,/_=".utf8.contains($0) }) else { return nil }
    delimiters = Array(rest)
  }
}
