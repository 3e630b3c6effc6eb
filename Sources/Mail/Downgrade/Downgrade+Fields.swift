// RFC 6857 §3.2: which field is rewritten how.
extension Downgrade {
  private static let addressFields: Set<String> = [
    "from", "sender", "to", "cc", "bcc", "reply-to", "resent-from", "resent-sender", "resent-to", "resent-cc",
    "resent-bcc", "resent-reply-to", "return-path", "disposition-notification-to",
  ]
  private static let commentFields: Set<String> = [
    "date", "resent-date", "mime-version", "content-id", "content-transfer-encoding", "content-language",
    "accept-language", "auto-submitted",
  ]
  /// What cannot be converted is kept under another name (§3.1.10).
  private static let encapsulatedFields: Set<String> = [
    "message-id", "resent-message-id", "in-reply-to", "references", "original-recipient", "final-recipient",
  ]

  /// The field in ASCII, with its line end.
  static func rewritten(_ field: HeaderField, _ bytes: Span<UInt8>) -> [UInt8] {
    let name = ASCII.copy(bytes, field.name)
    let value = field.unfolded(in: bytes)
    let key = ASCII.lowercased(String(decoding: name, as: UTF8.self))
    let result: [UInt8]
    if addressFields.contains(key) {
      result = addresses(name, bytes.extracting(field.value))
    } else if commentFields.contains(key) {
      result = withoutComments(value).isASCII ? comments(name, value) : text(name, value)
    } else if encapsulatedFields.contains(key) {
      result =
        withoutComments(value).isASCII ? comments(name, value) : text(Array("Downgraded-".utf8) + name, value)
    } else if key == "received" {
      result = received(name, value)
    } else if key == "content-type" || key == "content-disposition" {
      result = parameters(name, value)
    } else if key == "keywords" {
      result = phrases(name, value)
    } else {
      result = text(name, value)
    }
    // Whatever the text was, no octet over 127 leaves.
    return result.isASCII ? result : text(name, value)
  }

  /// §3.1.1
  static func text(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
    var field = FoldedField(name)
    field.put(text: value)
    return field.finished()
  }

  /// §3.2.7: phrases between commas.
  private static func phrases(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
    var field = FoldedField(name)
    let all = value.split(separator: 0x2C)
    for (index, phrase) in all.enumerated() {
      let comma: [UInt8] = index + 1 < all.count ? [0x2C] : []
      let plain = Array(phrase).trimmed
      if plain.isASCII {
        field.put(plain + comma)
      } else {
        field.put(encoded: String(decoding: plain.filter { $0 != ASCII.quote }, as: UTF8.self), after: comma)
      }
    }
    return field.finished()
  }

  /// §3.1.3: comments become comments of encoded words, the rest stays.
  static func comments(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
    var field = FoldedField(name)
    for token in StructuredToken.all(of: value) { put(token, &field) }
    return field.finished()
  }

  static func put(_ token: StructuredToken, _ field: inout FoldedField) {
    if token.octets.isASCII || !token.isComment { return field.put(token.octets) }
    let inner = token.octets.dropFirst().dropLast().filter { $0 != 0x28 && $0 != 0x29 && $0 != ASCII.backslash }
    field.put(encoded: String(decoding: inner, as: UTF8.self), before: [0x28], after: [0x29])
  }

  private static func withoutComments(_ value: [UInt8]) -> [UInt8] {
    StructuredToken.all(of: value).filter { !$0.isComment }.flatMap(\.octets)
  }

  /// §3.2.4: domains as A-labels; FOR with a local part, and ID, outside ASCII are left out.
  private static func received(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
    var field = FoldedField(name)
    var clause: [UInt8] = []
    for token in StructuredToken.all(of: value) {
      let octets = token.octets
      if token.isComment {
        put(token, &field)
      } else if octets.count <= 4, ["from", "by", "via", "with", "id", "for"].contains(lower(octets)) {
        if !clause.isEmpty { field.put(clause) }
        clause = octets
      } else {
        if let ascii = octets.isASCII ? octets : traceWord(octets) {
          if !clause.isEmpty { field.put(clause) }
          field.put(ascii)
        } else if octets.last == 0x3B {
          // The semicolon before the date belongs to no clause.
          field.put([0x3B])
        }
        clause = []
      }
    }
    if !clause.isEmpty { field.put(clause) }
    return field.finished()
  }

  private static func lower(_ octets: [UInt8]) -> String { ASCII.lowercased(String(decoding: octets, as: UTF8.self)) }

  /// A domain or an address of Received in ASCII; nil where that cannot be.
  private static func traceWord(_ octets: [UInt8]) -> [UInt8]? {
    var word = octets[...]
    var after: [UInt8] = []
    var before: [UInt8] = []
    if word.last == 0x3B { after.insert(word.removeLast(), at: 0) }
    if word.last == 0x3E { after.insert(word.removeLast(), at: 0) }
    if word.first == 0x3C { before.append(word.removeFirst()) }
    if let at = word.lastIndex(of: 0x40) {
      before += word[...at]
      word = word[(at + 1)...]
    }
    guard before.isASCII, let domain = Domain.normalized(String(decoding: word, as: UTF8.self)) else { return nil }
    return before + Array(domain.utf8) + after
  }
}

extension [UInt8] {
  var isASCII: Bool { allSatisfy { $0 < 128 } }

  /// Without blanks at its ends.
  var trimmed: [UInt8] {
    Array(drop(while: ASCII.isWSP).reversed().drop(while: ASCII.isWSP).reversed())
  }
}
