extension CommandReader {
  /// ENABLE (RFC 9051 §6.3.1): at least one capability, in capitals. Unknown ones are to be ignored.
  mutating func enableCommand() throws(SyntaxError) -> [String] {
    var names: [String] = []
    repeat {
      try space()
      guard names.count < options.limits.listItems else { throw error("Too many capabilities") }
      names.append(try word("Expected a capability"))
    } while !isAtEnd
    return names
  }
}
