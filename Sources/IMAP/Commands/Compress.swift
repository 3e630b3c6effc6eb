extension CommandReader {
  /// COMPRESS (RFC 4978 §3)
  mutating func compressCommand() throws(SyntaxError) -> String {
    try space()
    return try word("Expected a compression mechanism")
  }
}
