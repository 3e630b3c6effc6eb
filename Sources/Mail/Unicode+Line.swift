extension Unicode.Scalar {
  /// What must not stand in a name or a cell of a table: it ends the line, speaks to the terminal, or turns the direction of what
  /// follows (UAX #9 §2: embeddings, overrides and isolates).
  public var disturbsLine: Bool {
    switch value {
    case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

extension String {
  /// As it may be shown within a line: white space as spaces, everything else that disturbs as question marks.
  public var asLine: String {
    if !unicodeScalars.contains(where: \.disturbsLine) { return self }
    return String(
      String.UnicodeScalarView(
        unicodeScalars.map { $0.disturbsLine ? ($0.properties.isWhitespace ? " " : "?") : $0 }))
  }
}
