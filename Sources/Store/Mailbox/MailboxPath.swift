import Mail

/// A mailbox name as its levels, checked.
struct MailboxPath: Equatable, Sendable {
  static let separator: Character = "/"
  static let depthLimit = 32
  static let levelLimit = 255
  static let lengthLimit = 1_000

  let levels: [String]

  var name: String { levels.joined(separator: String(Self.separator)) }
  var isInbox: Bool { levels.count == 1 && levels[0] == "INBOX" }

  /// From a full name; one "/" at its end is ignored (RFC 9051 §6.3.4), INBOX in any case is INBOX (§5.1).
  init(_ name: String) throws(StoreFault) {
    var text = Substring(name)
    if text.last == Self.separator { text.removeLast() }
    guard text.utf8.count <= Self.lengthLimit else { throw .badMailboxName("longer than \(Self.lengthLimit) bytes") }
    // RFC 9051 §5.1 with RFC 5198: no control characters.
    guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }) else {
      throw .badMailboxName("it contains a control character")
    }
    var levels = text.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
    guard levels.count <= Self.depthLimit else { throw .badMailboxName("more than \(Self.depthLimit) levels") }
    for level in levels {
      if level.isEmpty { throw .badMailboxName("it has an empty level") }
      if level.utf8.count > Self.levelLimit { throw .badMailboxName("a level is longer than \(Self.levelLimit) bytes") }
    }
    if KeywordName.isSame(levels[0], "INBOX") { levels[0] = "INBOX" }
    self.levels = levels.map(Unicode.normalizedNFC)
  }

  /// True when `other` is this name or below it.
  func holds(_ other: MailboxPath) -> Bool { other.levels.starts(with: levels) }
}
