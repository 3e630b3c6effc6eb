package import Mail

/// The header of a message that one of our own users wrote, held back until it is whole and then given out in its final form
/// (RFC 6409 §8): Bcc is gone, Date and Message-ID are there, and its authors are known.
package struct AuthoredHeader: Sendable {
  /// What is added where it is missing.
  package struct Stamp: Sendable {
    package var date: MailDate
    /// Without angle brackets.
    package var messageID: String

    package init(date: MailDate, messageID: String) {
      self.date = date
      self.messageID = messageID
    }
  }

  /// What the header says about who wrote the message, and who sends it on.
  package struct Authors: Sendable, Equatable {
    /// The mailboxes of every From, Sender, Resent-From and Resent-Sender field; an unreadable one is nil.
    package var addresses: [EmailAddress?]
    /// How many From fields there are (RFC 5322 §3.6: exactly one).
    package var fromFields: Int
  }

  /// A header longer than this is refused.
  package static let limit = 1 << 20

  private var held: [UInt8] = []
  /// Where the line under way begins in `held`, and how far it was looked at.
  private var lineStart = 0
  private var scanned = 0
  private let stamp: Stamp
  /// Set once the header was given out.
  package private(set) var authors: Authors?
  /// The header has more octets or fields than are looked at: what it says about its authors is not known.
  package private(set) var isTooLong = false
  /// The Bcc fields that were taken out, for the author's own copy.
  package private(set) var bcc: [UInt8] = []

  package init(stamp: Stamp) { self.stamp = stamp }

  /// Takes a piece of the message; `sink` gets the header when it is whole, and everything after it at once.
  package mutating func take(_ piece: UnsafeRawBufferPointer, _ sink: (UnsafeRawBufferPointer) -> Void) {
    if authors != nil { return sink(piece) }
    if isTooLong { return }
    held += piece
    if let end = headerEnd() { give(upTo: end, sink) } else if held.count > Self.limit { refuse() }
  }

  /// The message is over: a header without a body is whole now.
  package mutating func finish(_ sink: (UnsafeRawBufferPointer) -> Void) {
    if authors == nil, !isTooLong { give(upTo: held.count, sink) }
  }

  /// Behind the blank line; nil while it has not come. Every octet is looked at once.
  ///
  /// The same rule as `HeaderBlock`'s, so that nothing which a reader takes for header lies behind it: a line ends with LF, since
  /// BINARYMIME may hold bare ones.
  private mutating func headerEnd() -> Int? {
    let (line, end) = Self.blankLine(held, from: lineStart, scanned)
    lineStart = line
    scanned = held.count
    return end
  }

  /// Where the last line begins, and the octet behind the first blank line.
  private static func blankLine(_ held: [UInt8], from lineStart: Int, _ scanned: Int) -> (line: Int, end: Int?) {
    let span = held.span
    var line = lineStart
    while let lineFeed = ASCII.firstIndex(of: ASCII.lf, in: span, max(line, scanned)..<span.count) {
      let length = lineFeed - line
      if length == 0 || length == 1 && span[line] == ASCII.cr { return (line, lineFeed + 1) }
      line = lineFeed + 1
    }
    return (line, nil)
  }

  private mutating func refuse() {
    isTooLong = true
    held = []
  }

  private mutating func give(upTo end: Int, _ sink: (UnsafeRawBufferPointer) -> Void) {
    let block = HeaderBlock(scanning: held.span, from: 0, to: end)
    guard !block.isTruncated, end <= Self.limit else { return refuse() }
    authors = Self.authors(block, held)
    var header: [UInt8] = []
    header.reserveCapacity(held.count + 160)
    if block.first("Date", in: held.span) == nil { header += "Date: \(stamp.date.text)\r\n".utf8 }
    if block.first("Message-ID", in: held.span) == nil { header += "Message-ID: <\(stamp.messageID)>\r\n".utf8 }
    var kept = 0
    for field in block.all("Bcc", in: held.span) {
      bcc += held[field.range]
      // The last field of a message without a body may have no line end.
      if bcc.last != ASCII.lf { bcc += "\r\n".utf8 }
    }
    for range in dropped(block) {
      header += held[kept..<range.lowerBound]
      kept = range.upperBound
    }
    header += held[kept...]
    header.withUnsafeBytes(sink)
    held = []
  }

  /// The fields that readers must not see, in order.
  private func dropped(_ block: HeaderBlock) -> [Range<Int>] {
    var fields = block.all("Bcc", in: held.span) + block.all("Resent-Bcc", in: held.span)
    // An mbox "From " line, or one that would continue the field that is put in front of it, is no field.
    if let first = block.fields.first, first.name.isEmpty, isPreamble(first.range) { fields.append(first) }
    return fields.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
  }

  private func isPreamble(_ line: Range<Int>) -> Bool {
    ASCII.isWSP(held[line.lowerBound]) || held[line].starts(with: "From ".utf8)
      || held[line].starts(with: ">From ".utf8)
  }

  private static func authors(_ block: HeaderBlock, _ bytes: [UInt8]) -> Authors {
    let from = block.all("From", in: bytes.span)
    var addresses: [EmailAddress?] = []
    // RFC 5322 §3.6.6: who sends a message on is named in the Resent fields.
    for name in ["From", "Sender", "Resent-From", "Resent-Sender"] as [StaticString] {
      for field in block.all(name, in: bytes.span) { addresses += mailboxes(of: field, bytes) }
    }
    return Authors(addresses: addresses, fromFields: from.count)
  }

  /// The addresses of a field; nil among them where it says more than can be read.
  private static func mailboxes(of field: HeaderField, _ bytes: [UInt8]) -> [EmailAddress?] {
    let limits = MailLimits()
    guard field.value.count < limits.fieldLength else { return [nil] }
    let list = AddressList.parse(field.unfolded(in: bytes.span), limits: limits)
    let mailboxes = list.mailboxes
    guard list.isWhole, !mailboxes.isEmpty, mailboxes.count < limits.addresses else { return [nil] }
    return (mailboxes + list.hidden).map(\.address)
  }
}
