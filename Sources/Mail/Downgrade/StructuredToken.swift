/// A word between blanks of a structured field, or a comment, as it is written.
struct StructuredToken {
  var octets: [UInt8]
  var isComment = false

  /// The tokens of an unfolded value, in order.
  static func all(of value: [UInt8]) -> [StructuredToken] {
    var tokens: [StructuredToken] = []
    let bytes = value.span
    var index = 0
    while index < value.count {
      if ASCII.isFWS(value[index]) {
        index += 1
      } else if value[index] == 0x28 {
        let start = index
        HeaderLexer.skipComment(bytes, &index, value.count)
        tokens.append(StructuredToken(octets: Array(value[start..<index]), isComment: true))
      } else {
        let start = index
        var ignored: [UInt8] = []
        while index < value.count, !ASCII.isFWS(value[index]), value[index] != 0x28 {
          if value[index] == ASCII.quote {
            HeaderLexer.quotedString(bytes, &index, value.count, into: &ignored)
          } else {
            index += 1
          }
        }
        tokens.append(StructuredToken(octets: Array(value[start..<index])))
      }
    }
    return tokens
  }
}
