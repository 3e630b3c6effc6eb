internal import DNS

/// The values that macros stand for; the same in all nested records of one check.
struct SPFFacts: Sendable {
  var address: IPAddress
  var local: [UInt8]
  var domain: [UInt8]
  var helo: [UInt8]
  var receiver: [UInt8]
  var time: Int64

  /// What `letter` stands for. `current` is <domain>; `validated` the name that "p" shows.
  func value(of letter: UInt8, current: [UInt8], validated: [UInt8]) -> [UInt8] {
    switch letter {
    case UInt8(ascii: "s"): local + [UInt8(ascii: "@")] + domain
    case UInt8(ascii: "l"): local
    case UInt8(ascii: "o"): domain
    case UInt8(ascii: "d"): current
    case UInt8(ascii: "i"): dottedAddress
    case UInt8(ascii: "p"): validated
    case UInt8(ascii: "v"): Array((address.bitCount == 32 ? "in-addr" : "ip6").utf8)
    case UInt8(ascii: "h"): helo
    case UInt8(ascii: "c"): Array(address.description.utf8)
    case UInt8(ascii: "r"): receiver
    case UInt8(ascii: "t"): Array(String(time).utf8)
    default: []
    }
  }

  /// RFC 7208 §7.3: dotted quad, or the 32 nibbles with dots. Upper case, as the openspf test suite has it.
  private var dottedAddress: [UInt8] { Array(address.dottedLabels.joined(separator: ".").uppercased().utf8) }
}

extension SPFMacroString {
  /// How much of an expansion is kept: only its end matters for a name, and a long text is refused.
  private static let kept = 8192

  /// The expansion; only its last bytes when it is longer than 8 KiB, so that a record of macros cannot blow up.
  func expanded(_ facts: SPFFacts, current: [UInt8], validated: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .literal(let text): result += text
      case .macro(let macro):
        result += macro.applied(to: facts.value(of: macro.letter, current: current, validated: validated))
      }
      if result.count > 2 * Self.kept { result.removeFirst(result.count - Self.kept) }
    }
    return result
  }

  var usesValidatedName: Bool {
    pieces.contains { piece in
      if case .macro(let macro) = piece { return macro.letter == UInt8(ascii: "p") }
      return false
    }
  }
}

extension SPFMacroString.Macro {
  /// RFC 7208 §7.3: split, reverse, keep the right-hand parts, join with dots, escape.
  func applied(to value: [UInt8]) -> [UInt8] {
    var result = value
    if count != nil || isReversed || !delimiters.isEmpty {
      let cuts = delimiters.isEmpty ? [UInt8(ascii: ".")] : delimiters
      var parts = value.split(omittingEmptySubsequences: false) { cuts.contains($0) }
      if isReversed { parts.reverse() }
      if let count { parts = parts.suffix(count) }
      result = Array(parts.joined(separator: [UInt8(ascii: ".")]))
    }
    return isURLEscaped ? Self.escaped(result) : result
  }

  /// RFC 3986 §2.3: everything but ALPHA, DIGIT and "-._~" is escaped.
  private static func escaped(_ text: [UInt8]) -> [UInt8] {
    let hex = Array("0123456789ABCDEF".utf8)
    return text.flatMap { byte -> [UInt8] in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: [byte]
      case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): [byte]
      default: [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
  }
}
