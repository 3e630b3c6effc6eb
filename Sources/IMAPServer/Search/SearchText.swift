import Mail

/// Text as SEARCH compares it: case folded by the Unicode rules, as UTF-8 (RFC 9051 §6.4.4, i;unicode-casemap of RFC 5051).
struct SearchText: Sendable, Equatable {
  /// Folded UTF-8.
  let bytes: [UInt8]

  init(_ text: String) { bytes = Self.fold(Array(text.utf8)) }

  /// Folded bytes; what is not UTF-8 stays as it is, with its ASCII folded.
  static func fold(_ utf8: [UInt8]) -> [UInt8] {
    if utf8.span.isASCIIOnly { return utf8.map(ASCII.lowercased) }
    return Array(String(decoding: utf8, as: UTF8.self).lowercased().utf8)
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Whether folded `text` contains this. The empty text is in everything.
  func isIn(_ text: [UInt8]) -> Bool {
    guard let first = bytes.first else { return true }
    guard text.count >= bytes.count else { return false }
    let last = text.count - bytes.count
    let haystack = text.span
    let needle = bytes.span
    var start = 0
    while start <= last {
      guard let found = ASCII.firstIndex(of: first, in: haystack, start..<(last + 1)) else { return false }
      var offset = 1
      while offset < needle.count, haystack[found + offset] == needle[offset] { offset += 1 }
      if offset == needle.count { return true }
      start = found + 1
    }
    return false
  }
}

extension Span<UInt8> {
  fileprivate var isASCIIOnly: Bool { ASCII.isASCII(self) }
}
