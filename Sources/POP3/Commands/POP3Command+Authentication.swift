internal import Mail

extension POP3Command {
  /// RFC 1939 §7 PASS: "the argument string may contain blanks"; RFC 6856 §2.2: valid UTF-8.
  static func parsePassword(_ line: Span<UInt8>, _ verbEnd: Int) throws(POP3SyntaxFault) -> POP3Command {
    guard verbEnd + 1 < line.count else { throw .missingArgument }
    for index in line.indices where line[index] == 0 || line[index] == .cr { throw .badCharacter }
    guard line.text(verbEnd + 1..<line.count) != nil else { throw .badUTF8 }
    return .pass(line.array(verbEnd + 1..<line.count))
  }

  /// RFC 1939 §7 APOP: a name, and 16 octets in lower-case hexadecimal.
  static func parseAPOP(_ line: Span<UInt8>, _ arguments: Arguments) throws(POP3SyntaxFault) -> POP3Command {
    guard arguments.words.count >= 2 else { throw .missingArgument }
    guard arguments.words.count == 2 else { throw .unexpectedArgument }
    let word = arguments.words[1]
    guard word.count == 32 else { throw .badCharacter }
    guard let name = line.text(arguments.words[0]) else { throw .badUTF8 }
    var digest: [UInt8] = []
    var at = word.lowerBound
    while at < word.upperBound {
      guard let high = ASCII.hexValue(line[at]), let low = ASCII.hexValue(line[at + 1]) else { throw .badCharacter }
      digest.append(high << 4 | low)
      at += 2
    }
    return .apop(name: name, digest: digest)
  }

  /// RFC 5034 §4: `AUTH mechanism [initial-response]`, `=` for a response of no octets.
  static func parseAuthentication(_ line: Span<UInt8>, _ arguments: Arguments) throws(POP3SyntaxFault) -> POP3Command {
    guard let word = arguments.words.first else { return .auth(mechanism: nil, initialResponse: nil) }
    guard arguments.words.count <= 2 else { throw .unexpectedArgument }
    // RFC 4422 §3.1.
    guard word.count <= 20 else { throw .badCharacter }
    for index in word {
      let byte = line[index]
      guard ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") else {
        throw .badCharacter
      }
    }
    guard let mechanism = line.text(word)?.uppercased() else { throw .badUTF8 }
    guard arguments.words.count == 2 else { return .auth(mechanism: mechanism, initialResponse: nil) }
    let response = arguments.words[1]
    if response.count == 1, line[response.lowerBound] == UInt8(ascii: "=") {
      return .auth(mechanism: mechanism, initialResponse: [])
    }
    guard let decoded = Base64.decode(line.extracting(response)) else { throw .badBase64 }
    return .auth(mechanism: mechanism, initialResponse: decoded)
  }
}
