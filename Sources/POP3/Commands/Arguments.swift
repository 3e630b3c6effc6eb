/// The words behind a command's verb, as ranges of the line. Words are apart by blanks; blanks at the end are tolerated.
struct Arguments {
  private(set) var words: [Range<Int>] = []

  init(_ line: Span<UInt8>, _ range: Range<Int>) {
    var at = range.lowerBound
    while at < range.upperBound {
      while at < range.upperBound, line[at] == .space { at += 1 }
      let start = at
      while at < range.upperBound, line[at] != .space { at += 1 }
      if at > start { words.append(start..<at) }
    }
  }

  func none(_ command: POP3Command) throws(POP3SyntaxFault) -> POP3Command {
    guard words.isEmpty else { throw .unexpectedArgument }
    return command
  }

  func oneNumber(_ line: Span<UInt8>) throws(POP3SyntaxFault) -> Int {
    guard let number = try optionalNumber(line) else { throw .missingArgument }
    return number
  }

  func optionalNumber(_ line: Span<UInt8>) throws(POP3SyntaxFault) -> Int? {
    guard words.count <= 1 else { throw .unexpectedArgument }
    guard let word = words.first else { return nil }
    guard let number = line.number(word), number > 0 else { throw .badNumber }
    return number
  }

  /// RFC 1939 §7 TOP: more lines than the body has are the whole message, so no number of them is too large.
  func numberAndCount(_ line: Span<UInt8>) throws(POP3SyntaxFault) -> (Int, Int) {
    guard words.count >= 2 else { throw .missingArgument }
    guard words.count == 2 else { throw .unexpectedArgument }
    guard let first = line.number(words[0]), first > 0, let second = line.count(words[1]) else { throw .badNumber }
    return (first, second)
  }

  func optionalWord(_ line: Span<UInt8>) throws(POP3SyntaxFault) -> String? {
    guard words.count <= 1 else { throw .unexpectedArgument }
    guard let word = words.first else { return nil }
    guard let text = line.text(word) else { throw .badUTF8 }
    return text
  }

  /// A user name: all words, since names with blanks exist.
  func name(_ line: Span<UInt8>) throws(POP3SyntaxFault) -> String {
    guard let first = words.first, let last = words.last else { throw .missingArgument }
    guard let text = line.text(first.lowerBound..<last.upperBound) else { throw .badUTF8 }
    return text
  }
}
