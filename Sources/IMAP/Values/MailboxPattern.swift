/// A LIST pattern: `*` matches anything, `%` anything but the hierarchy delimiter (RFC 9051 §6.3.9).
public struct MailboxPattern: Hashable, Sendable {
  public let text: String
  private let tokens: [Token]
  /// The octets before the first wildcard.
  private let head: [UInt8]

  private enum Token: Hashable, Sendable {
    case octet(UInt8)
    /// `*`
    case any
    /// `%`
    case anyInPart
  }

  /// `reference` and pattern are simply joined, as RFC 9051 §6.3.9 allows. INBOX at the start ignores case.
  public init(reference: String = "", _ pattern: String) {
    text = reference + pattern
    var tokens: [Token] = []
    for octet in text.utf8 {
      switch octet {
      case 0x2A:
        // `**`, `*%` and `%*` are `*`: one token keeps the matcher's work bounded.
        while let last = tokens.last, last == .anyInPart || last == .any { tokens.removeLast() }
        tokens.append(.any)
      case 0x25:
        if tokens.last == .any || tokens.last == .anyInPart { continue }
        tokens.append(.anyInPart)
      default: tokens.append(.octet(octet))
      }
    }
    // "inbox" in any case is INBOX, whole or as the first part.
    let inbox = Array("INBOX".utf8)
    let head = tokens.prefix(5).compactMap { token -> UInt8? in
      if case .octet(let octet) = token { OctetClass.uppercased(octet) } else { nil }
    }
    if head == inbox, tokens.count == 5 || tokens[5] == .octet(0x2F) || !Self.isLiteral(tokens[5]) {
      tokens.replaceSubrange(0..<5, with: inbox.map { Token.octet($0) })
    }
    self.tokens = tokens
    self.head = tokens.prefix(while: Self.isLiteral).compactMap { token in
      if case .octet(let octet) = token { octet } else { nil }
    }
  }

  private static func isLiteral(_ token: Token) -> Bool {
    if case .octet = token { true } else { false }
  }

  /// Whether it has no wildcard and so names one mailbox.
  public var isLiteral: Bool { head.count == tokens.count }

  /// What it costs to compare a name with it, in octets of the pattern: next to nothing without a wildcard.
  public var cost: Int { isLiteral ? 0 : tokens.count - head.count }

  /// Whether `name` matches. Time is pattern length times name length at worst, never more.
  public func matches(_ name: MailboxName, delimiter: UInt8 = 0x2F) -> Bool {
    matches(Array(name.text.utf8), delimiter: delimiter)
  }

  /// Whether a name below `name` could match: what a `%` pattern needs to report parents (RFC 9051 §6.3.9).
  public func couldMatchBelow(_ name: MailboxName, delimiter: UInt8 = 0x2F) -> Bool {
    let states = run(Array(name.text.utf8) + [delimiter], delimiter: delimiter)
    return states.dropLast().contains(true)
  }

  private func matches(_ octets: [UInt8], delimiter: UInt8) -> Bool {
    guard octets.starts(with: head) else { return false }
    if isLiteral { return octets.count == head.count }
    return run(octets, delimiter: delimiter)[tokens.count]
  }

  /// The set of pattern positions reachable after reading the octets: a state machine run breadth first, so that no
  /// pattern costs more than its length a character.
  private func run(_ octets: [UInt8], delimiter: UInt8) -> [Bool] {
    var states = [Bool](repeating: false, count: tokens.count + 1)
    states[0] = true
    close(&states)
    var next = states
    for octet in octets {
      for at in next.indices { next[at] = false }
      for (at, token) in tokens.enumerated() where states[at] {
        switch token {
        case .octet(let expected): if expected == octet { next[at + 1] = true }
        case .any: next[at] = true
        case .anyInPart: if octet != delimiter { next[at] = true }
        }
      }
      close(&next)
      swap(&states, &next)
    }
    return states
  }

  /// A wildcard may match nothing.
  private func close(_ states: inout [Bool]) {
    for (at, token) in tokens.enumerated() where states[at] && !Self.isLiteral(token) { states[at + 1] = true }
  }
}

extension CommandReader {
  /// list-mailbox: like an astring, but an unquoted one may hold wildcards.
  mutating func listMailbox() throws(SyntaxError) -> String {
    switch peek() {
    case OctetClass.quote, OctetClass.brace: return try mailboxText(astring())
    default:
      let octets = run(OctetClass.isListCharacter)
      guard !octets.isEmpty else { throw error("Expected a mailbox pattern") }
      return try mailboxText(Array(octets))
    }
  }
}
