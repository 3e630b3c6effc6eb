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

  /// What the header says about who wrote the message.
  package struct Authors: Sendable, Equatable {
    /// The mailboxes of every From and Sender field; an unreadable one is nil.
    package var addresses: [EmailAddress?]
    /// How many From fields there are (RFC 5322 §3.6: exactly one).
    package var fromFields: Int
  }

  /// A header longer than this is refused.
  package static let limit = 1 << 20

  private var held: [UInt8] = []
  private var scanned = 0
  private let stamp: Stamp
  /// Set once the header was given out.
  package private(set) var authors: Authors?
  package private(set) var isTooLong = false

  package init(stamp: Stamp) { self.stamp = stamp }

  /// Takes a piece of the message; `sink` gets the header when it is whole, and everything after it at once.
  package mutating func take(_ piece: UnsafeRawBufferPointer, _ sink: (UnsafeRawBufferPointer) -> Void) {
    if authors != nil { return sink(piece) }
    if isTooLong { return }
    held += piece
    guard let end = headerEnd() else {
      isTooLong = held.count > Self.limit
      return
    }
    give(upTo: end, sink)
  }

  /// The message is over: a header without a body is whole now.
  package mutating func finish(_ sink: (UnsafeRawBufferPointer) -> Void) {
    if authors == nil, !isTooLong { give(upTo: held.count, sink) }
  }

  /// Behind the blank line; nil while it has not come.
  private mutating func headerEnd() -> Int? {
    let end = Self.headerEnd(held, from: max(0, scanned - 3))
    scanned = held.count
    return end
  }

  private static func headerEnd(_ held: [UInt8], from start: Int) -> Int? {
    if held.count >= 2, held[0] == ASCII.cr, held[1] == ASCII.lf { return 2 }
    let span = held.span
    var at = start
    while let lineEnd = ASCII.firstCRLF(in: span, at..<span.count) {
      if lineEnd + 3 < span.count, span[lineEnd + 2] == ASCII.cr, span[lineEnd + 3] == ASCII.lf { return lineEnd + 4 }
      at = lineEnd + 2
    }
    return nil
  }

  private mutating func give(upTo end: Int, _ sink: (UnsafeRawBufferPointer) -> Void) {
    let block = HeaderBlock(scanning: held.span, from: 0, to: end)
    authors = Self.authors(block, held)
    var header: [UInt8] = []
    header.reserveCapacity(end + 128)
    if block.first("Date", in: held.span) == nil { header += "Date: \(stamp.date.text)\r\n".utf8 }
    if block.first("Message-ID", in: held.span) == nil { header += "Message-ID: <\(stamp.messageID)>\r\n".utf8 }
    var kept = 0
    let blind = block.all("Bcc", in: held.span) + block.all("Resent-Bcc", in: held.span)
    for range in blind.map(\.range).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      header += held[kept..<range.lowerBound]
      kept = range.upperBound
    }
    header += held[kept...]
    header.withUnsafeBytes(sink)
    held = []
  }

  private static func authors(_ block: HeaderBlock, _ bytes: [UInt8]) -> Authors {
    let from = block.all("From", in: bytes.span)
    var addresses: [EmailAddress?] = []
    for field in from + block.all("Sender", in: bytes.span) {
      let mailboxes = AddressList.parse(field.unfolded(in: bytes.span)).mailboxes
      addresses += mailboxes.isEmpty ? [nil] : mailboxes.map(\.address)
    }
    return Authors(addresses: addresses, fromFields: from.count)
  }
}
