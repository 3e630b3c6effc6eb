/// The address-list grammar, read in one pass without going back (RFC 5322 §3.4, §4.4).
///
/// Words are collected until a character decides what they were: "<" a display name, ":" a group's name, "@" a local
/// part, "," or ";" or the end a bare word.
struct AddressParser {
  /// One word of a phrase or local part.
  private struct Word {
    var text: [UInt8]
    /// True where blanks or a comment stood before it.
    var isSpaced: Bool
  }

  private let end: Int
  private let limit: Int
  private var index = 0
  private var count = 0
  private var words: [Word] = []
  private var comment: [UInt8]?
  private var sawSpace = false
  /// Addresses that stand where the grammar has no place for them.
  private(set) var hidden: [Mailbox] = []
  /// Every comment and quoted string had its end, and the limit was not reached.
  private(set) var isWhole = true

  init(end: Int, limit: Int) {
    self.end = end
    self.limit = limit
  }

  mutating func list(_ bytes: Span<UInt8>) -> [AddressList.Element] {
    var elements: [AddressList.Element] = []
    var group: (name: [UInt8], members: [Mailbox])?
    while index < end, count < limit {
      let found = mailbox(bytes)
      let stop: UInt8 = index < end ? bytes[index] : 0
      index += 1
      if stop == 0x3A, found == nil, group == nil, !words.isEmpty {
        // group = display-name ":" [group-list] ";"
        group = (phrase(), [])
        count += 1
        reset()
        continue
      }
      if let mailbox = found ?? bareWords() {
        count += 1
        if group != nil { group?.members.append(mailbox) } else { elements.append(.mailbox(mailbox)) }
      }
      reset()
      if stop == 0x3B, let closed = group {
        elements.append(.group(name: closed.name, members: closed.members))
        group = nil
      }
    }
    if let group { elements.append(.group(name: group.name, members: group.members)) }
    if index < end { isWhole = false }
    return elements
  }

  private mutating func reset() {
    words = []
    comment = nil
    sawSpace = false
  }

  /// Reads up to "," ";" or ":", which is left; nil where there was neither "@" nor "<": `words` then has the text.
  private mutating func mailbox(_ bytes: Span<UInt8>) -> Mailbox? {
    var found: Mailbox?
    while index < end {
      let byte = bytes[index]
      switch byte {
      case 0x2C, 0x3B: return named(found)
      case 0x3A:
        if found == nil { return nil }
        index += 1
      case 0x3C:
        let name = words.isEmpty ? nil : phrase()
        words = []
        var mailbox = angleAddress(bytes)
        mailbox.name = name
        keep(mailbox, &found)
      case 0x40 where !words.isEmpty: keep(plainAddress(bytes), &found)
      default: skipOrTakeWord(bytes)
      }
    }
    return named(found)
  }

  /// The first one is what is read; others are kept apart.
  private mutating func keep(_ mailbox: Mailbox, _ found: inout Mailbox?) {
    if found == nil { found = mailbox } else { hidden.append(mailbox) }
  }

  /// The words so far, "@" and a domain.
  private mutating func plainAddress(_ bytes: Span<UInt8>) -> Mailbox {
    index += 1
    let local = localPart()
    words = []
    return Mailbox(localPart: local, domain: domain(bytes))
  }

  /// A mailbox without a display name takes the comment that follows it: `jdoe@x (John Doe)`.
  private func named(_ mailbox: Mailbox?) -> Mailbox? {
    guard var mailbox else { return nil }
    if mailbox.name == nil { mailbox.name = comment }
    return mailbox
  }

  /// Words without "@": an address of no domain, as old local mail and broken senders write.
  private mutating func bareWords() -> Mailbox? {
    guard !words.isEmpty else { return nil }
    return named(Mailbox(localPart: phrase(), domain: []))
  }

  // MARK: Pieces

  private mutating func skipOrTakeWord(_ bytes: Span<UInt8>) {
    let byte = bytes[index]
    if ASCII.isFWS(byte) {
      index += 1
      sawSpace = true
    } else if byte == 0x28 {
      let text = commentText(bytes)
      if !text.isEmpty { comment = text }
      sawSpace = true
    } else if byte == ASCII.quote {
      var text: [UInt8] = []
      if !HeaderLexer.quotedString(bytes, &index, end, into: &text) { isWhole = false }
      take(text)
    } else {
      let range = HeaderLexer.run(bytes, &index, end) { byte in
        switch byte {
        case 0x20, 0x09, 0x0D, 0x0A, 0x22, 0x28, 0x2C, 0x3A, 0x3B, 0x3C, 0x40: false
        default: true
        }
      }
      // A stray "@" with nothing before it.
      if range.isEmpty { index += 1 } else { take(ASCII.copy(bytes, range)) }
    }
  }

  private mutating func take(_ text: [UInt8]) {
    words.append(Word(text: text, isSpaced: sawSpace))
    sawSpace = false
  }

  /// The words with one blank where there was white space (RFC 5322 §3.2.5 phrase).
  private func phrase() -> [UInt8] {
    var text: [UInt8] = []
    for word in words {
      if word.isSpaced, !text.isEmpty { text.append(ASCII.space) }
      text += word.text
    }
    return text
  }

  /// The words of an obs-local-part run together where dots join them: `a . b` is `a.b`.
  private func localPart() -> [UInt8] {
    var text: [UInt8] = []
    for word in words {
      let joins = text.last == 0x2E || word.text.first == 0x2E
      if word.isSpaced, !text.isEmpty, !joins { text.append(ASCII.space) }
      text += word.text
    }
    return text
  }

  /// The comment at "(", nested ones with their brackets, unquoted and unfolded.
  private mutating func commentText(_ bytes: Span<UInt8>) -> [UInt8] {
    let start = index
    HeaderLexer.skipComment(bytes, &index, end)
    let isClosed = index > start + 1 && bytes[index - 1] == 0x29
    if !isClosed { isWhole = false }
    var text: [UInt8] = []
    var at = start + 1
    let stop = isClosed ? index - 1 : index
    while at < stop {
      if bytes[at] == ASCII.backslash, at + 1 < stop { at += 1 }
      if bytes[at] != ASCII.cr, bytes[at] != ASCII.lf { text.append(bytes[at]) }
      at += 1
    }
    let range = ASCII.trimmed(text.span, 0..<text.count)
    return Array(text[range])
  }

  /// angle-addr at "<"; the route of obs-angle-addr is kept apart. Without ">" it ends at ",", ";" or the end.
  private mutating func angleAddress(_ bytes: Span<UInt8>) -> Mailbox {
    index += 1
    sawSpace = false
    var route: [UInt8]?
    if let colon = routeEnd(bytes) {
      route = ASCII.copy(bytes, index..<colon).filter { !ASCII.isFWS($0) }
      index = colon + 1
    }
    var mailbox: Mailbox?
    loop: while index < end {
      switch bytes[index] {
      case 0x3E:
        index += 1
        break loop
      case 0x2C, 0x3B: break loop
      case 0x40 where !words.isEmpty: keep(plainAddress(bytes), &mailbox)
      case 0x3C, 0x3A: index += 1
      default: takeInAngle(bytes)
      }
    }
    var result = mailbox ?? Mailbox(localPart: phrase(), domain: [])
    result.route = route
    words = []
    return result
  }

  /// Like `skipOrTakeWord`, with ">" as an end.
  private mutating func takeInAngle(_ bytes: Span<UInt8>) {
    let byte = bytes[index]
    guard !ASCII.isFWS(byte), byte != 0x28, byte != ASCII.quote else { return skipOrTakeWord(bytes) }
    let range = HeaderLexer.run(bytes, &index, end) { byte in
      switch byte {
      case 0x20, 0x09, 0x0D, 0x0A, 0x22, 0x28, 0x2C, 0x3A, 0x3B, 0x3C, 0x3E, 0x40: false
      default: true
      }
    }
    if range.isEmpty { index += 1 } else { take(ASCII.copy(bytes, range)) }
  }

  /// Where the colon of an obs-route stands: "<@a,@b:"; nil where there is none before ">".
  private func routeEnd(_ bytes: Span<UInt8>) -> Int? {
    var at = index
    while at < end, ASCII.isFWS(bytes[at]) { at += 1 }
    guard at < end, bytes[at] == 0x40 else { return nil }
    while at < end {
      switch bytes[at] {
      case 0x3A: return at
      case 0x3E, 0x3B, 0x3C, ASCII.quote: return nil
      default: at += 1
      }
    }
    return nil
  }

  /// The domain behind "@": blanks and comments around its dots are dropped (obs-domain).
  private mutating func domain(_ bytes: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    var wasSpaced = false
    while index < end {
      let byte = bytes[index]
      switch byte {
      case ASCII.space, ASCII.tab, ASCII.cr, ASCII.lf:
        index += 1
        wasSpaced = true
      case 0x28:
        let inner = commentText(bytes)
        if !inner.isEmpty { comment = inner }
        wasSpaced = true
      case 0x5B where text.isEmpty:
        let literal = HeaderLexer.run(bytes, &index, end) { $0 != 0x5D && $0 != 0x3E && $0 != 0x2C }
        text += ASCII.copy(bytes, literal).filter { !ASCII.isFWS($0) }
        if index < end, bytes[index] == 0x5D {
          text.append(0x5D)
          index += 1
        }
      case 0x2C, 0x3A, 0x3B, 0x3C, 0x3E, ASCII.quote: return text
      default:
        // A new word that no dot joins is not part of the domain.
        if wasSpaced, !text.isEmpty, text.last != 0x2E, byte != 0x2E { return text }
        wasSpaced = false
        text.append(byte)
        index += 1
      }
    }
    return text
  }
}
