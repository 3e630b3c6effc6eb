internal import DNS

extension SPFRecord {
  /// True: a TXT record with this text is an SPF record (RFC 7208 §4.5): the version ends with a blank or the record's end.
  static func isSPF(_ text: [UInt8]) -> Bool {
    let version = Array("v=spf1".utf8)
    guard text.count >= version.count, zip(text, version).allSatisfy({ lowercase($0) == $1 }) else { return false }
    return text.count == version.count || text[version.count] == 0x20
  }

  /// Reads the whole record; RFC 7208 §4.6: an error anywhere spoils all of it.
  init(_ text: [UInt8]) throws(SPFSyntaxError) {
    for term in text.dropFirst("v=spf1".utf8.count).split(separator: 0x20) {
      // RFC 7208 §4.6.1: a modifier has "=" right after its name, before any ":" or "/".
      let end = term.firstIndex { $0 == equals || $0 == colon || $0 == slash } ?? term.endIndex
      if end < term.endIndex, term[end] == equals {
        try addModifier(term[..<end], term[(end + 1)...], term)
      } else {
        try addDirective(term)
      }
    }
  }

  private mutating func addModifier(
    _ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, _ term: ArraySlice<UInt8>
  ) throws(SPFSyntaxError) {
    guard let first = name.first, isLetter(first),
      name.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || "-_.".utf8.contains($0) })
    else { throw SPFSyntaxError(text: "the modifier “\(printable(term))” has no valid name") }
    switch String(decoding: name.map(lowercase), as: UTF8.self) {
    case "redirect":
      // RFC 7208 §6: neither of the two may appear twice.
      if redirect != nil { throw SPFSyntaxError(text: "“redirect=” appears twice") }
      redirect = try domain(value, term)
    case "exp":
      if explanation != nil { throw SPFSyntaxError(text: "“exp=” appears twice") }
      explanation = try domain(value, term)
    default:
      if SPFMacroString(value, .modifier) == nil {
        throw SPFSyntaxError(text: "the modifier “\(printable(term))” has a syntax error")
      }
    }
  }

  private mutating func addDirective(_ term: ArraySlice<UInt8>) throws(SPFSyntaxError) {
    var rest = term
    var result = SPFResult.pass
    switch rest.first {
    case UInt8(ascii: "+"): rest = rest.dropFirst()
    case UInt8(ascii: "-"): (result, rest) = (.fail, rest.dropFirst())
    case UInt8(ascii: "~"): (result, rest) = (.softfail, rest.dropFirst())
    case UInt8(ascii: "?"): (result, rest) = (.neutral, rest.dropFirst())
    default: break
    }
    let mechanism = try Self.mechanism(rest, term)
    directives.append(SPFDirective(result: result, mechanism: mechanism, text: printable(term)))
  }

  private static func mechanism(
    _ text: ArraySlice<UInt8>, _ term: ArraySlice<UInt8>
  ) throws(SPFSyntaxError) -> SPFMechanism {
    let end = text.firstIndex { $0 == colon || $0 == slash } ?? text.endIndex
    var value: ArraySlice<UInt8>?
    if end < text.endIndex, text[end] == colon { value = text[(end + 1)...] }
    let hasValue = value != nil
    // What follows the name without a colon: a prefix length, which only "a" and "mx" may have there.
    let tail = hasValue ? [] : text[end...]
    let name = String(decoding: text[..<end].map(lowercase), as: UTF8.self)
    switch (name, value) {
    case ("all", nil) where tail.isEmpty: return .all
    case ("include", let value?): return .include(try domain(value, term))
    case ("exists", let value?): return .exists(try domain(value, term))
    case ("ptr", nil) where tail.isEmpty: return .ptr(nil)
    case ("ptr", let value?): return .ptr(try domain(value, term))
    case ("a", _), ("mx", _):
      let (spec, prefix) = try address(value, tail, term)
      return name == "a" ? .a(spec, prefix) : .mx(spec, prefix)
    case ("ip4", let value?): return .network(try network(value, term, isV4: true))
    case ("ip6", let value?): return .network(try network(value, term, isV4: false))
    default: throw SPFSyntaxError(text: "“\(printable(term))” is not a valid mechanism")
    }
  }

  /// [ ":" domain-spec ] [ dual-cidr-length ]; the domain may hold slashes itself, so the lengths are taken off the end.
  private static func address(
    _ value: ArraySlice<UInt8>?, _ tail: ArraySlice<UInt8>, _ term: ArraySlice<UInt8>
  ) throws(SPFSyntaxError) -> (SPFMacroString?, SPFPrefix) {
    var rest = value ?? tail
    var prefix = SPFPrefix()
    if let (length, start) = trailingLength(rest), start > rest.startIndex, rest[start - 1] == slash {
      guard let length, length <= 128 else { throw badLength(term) }
      prefix.v6 = length
      rest = rest[..<(start - 1)]
    }
    if let (length, start) = trailingLength(rest) {
      guard let length, length <= 32 else { throw badLength(term) }
      prefix.v4 = length
      rest = rest[..<start]
    }
    guard value != nil else {
      guard rest.isEmpty else { throw badLength(term) }
      return (nil, prefix)
    }
    return (try domain(rest, term), prefix)
  }

  private static func badLength(_ term: ArraySlice<UInt8>) -> SPFSyntaxError {
    SPFSyntaxError(text: "“\(printable(term))” has an invalid prefix length")
  }

  /// "/" and digits at the end: the number, nil if it is not one (leading zero, too long), and where the slash stands.
  private static func trailingLength(_ text: ArraySlice<UInt8>) -> (length: Int?, slash: Int)? {
    guard let start = text.lastIndex(of: slash), start + 1 < text.endIndex else { return nil }
    let digits = text[(start + 1)...]
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return (number(digits), start)
  }

  /// "0" / %x31-39 0*2DIGIT
  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
      digits.count == 1 || digits.first != 0x30
    else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func network(
    _ value: ArraySlice<UInt8>, _ term: ArraySlice<UInt8>, isV4: Bool
  ) throws(SPFSyntaxError) -> IPNetwork {
    let wrong = SPFSyntaxError(text: "“\(printable(term))” is not a network")
    let parts = value.split(separator: slash, omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2, let address = IPAddress(String(decoding: first, as: UTF8.self)),
      isV4 == (address.bitCount == 32)
    else { throw wrong }
    guard let length = parts.count == 2 ? number(parts[1]) : address.bitCount,
      let network = IPNetwork(address, length: length)
    else { throw wrong }
    return network
  }

  private static func domain(
    _ text: ArraySlice<UInt8>, _ term: ArraySlice<UInt8>
  ) throws(SPFSyntaxError) -> SPFMacroString {
    guard let spec = SPFMacroString(text, .domain) else {
      throw SPFSyntaxError(text: "“\(printable(term))” does not hold a valid domain")
    }
    return spec
  }

  private func domain(
    _ text: ArraySlice<UInt8>, _ term: ArraySlice<UInt8>
  ) throws(SPFSyntaxError) -> SPFMacroString { try Self.domain(text, term) }
}

private let equals = UInt8(ascii: "=")
private let colon = UInt8(ascii: ":")
private let slash = UInt8(ascii: "/")

private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
