import Mail

/// The messages of an mbox file (RFC 4155 and its kin).
///
/// A message begins at a line "From " that is the first or follows an empty line. Where a message has a Content-Length after which
/// the next one (or the end) really begins, it is mboxcl2 and taken as it is; else ">From " lines lose one ">" (mboxrd, and as good
/// as possible mboxo). Status, X-Status and X-Keywords become flags, X-UIDL the unique id for POP3, and leave the message, as do the
/// other fields that mail programs add to their files.
final class MboxSource: TransferSource {
  let mailbox: String
  let name: String
  private let lines: FileLines
  private let format: TransferFormat
  private let limit: Int
  /// The "From " line that was read already.
  private var separator: [UInt8]?
  /// Of the message that is being read: it has more than the limit, and is read to its end without being kept.
  private var isTooLarge = false
  private(set) var tooLarge = 0

  var total: Int64 { lines.length }

  init(_ path: String, mailbox: String, format: TransferFormat, limit: Int) throws(TransferFault) {
    self.mailbox = mailbox
    self.format = format
    self.limit = limit
    name = path
    lines = try FileLines(path)
  }

  func seek(position: Int64, last: Int64) throws(TransferFault) {
    if position > lines.length { throw .changed(name) }
    lines.seek(position)
    separator = nil
  }

  private static let from = Array("From ".utf8)
  private static let own: Set<String> = [
    "status", "x-status", "x-keywords", "x-uid", "x-imap", "x-imapbase", "x-mozilla-status", "x-mozilla-status2",
    "x-mozilla-keys",
  ]

  func next() throws(TransferFault) -> TransferMessage? {
    while let message = try read() {
      if !isTooLarge { return message }
      tooLarge += 1
    }
    return nil
  }

  private func read() throws(TransferFault) -> TransferMessage? {
    isTooLarge = false
    if separator == nil {
      while let line = try lines.line() {
        if line.starts(with: Self.from) {
          separator = Array(line)
          break
        }
        // Before the first message there may be empty lines; anything else is no mbox.
        if line.contains(where: { $0 != 10 && $0 != 13 }) { throw .unknownFormat(name) }
      }
    }
    guard let opening = separator else { return nil }
    separator = nil
    let start = lines.position
    let head = try readHead()
    var message = TransferMessage(bytes: head.bytes, date: Self.date(opening) ?? 0, position: 0)
    head.apply(to: &message)
    if let length = head.contentLength, format != .mboxrd, try takeExactly(length, &message.bytes) {
      // mboxcl2: the length held.
    } else {
      if format != .mboxrd, head.contentLength != nil { lines.seek(start + Int64(head.length)) }
      try takeLines(&message.bytes)
    }
    message.position = lines.position - Int64(separator?.count ?? 0)
    if !isTooLarge { message.bytes = message.bytes.withMailLineEnds() }
    return message
  }

  // MARK: The header

  private struct Head {
    var bytes: [UInt8] = []
    /// In the file.
    var length = 0
    var contentLength: Int?
    var flags = ""
    var keywords: [String] = []
    var uniqueID: String?

    func apply(to message: inout TransferMessage) {
      message.isSeen = flags.contains("R")
      message.isAnswered = flags.contains("A")
      message.isFlagged = flags.contains("F")
      message.isDeleted = flags.contains("D")
      message.isDraft = flags.contains("T")
      message.keywords = keywords
      message.uniqueID = uniqueID
    }
  }

  private func readHead() throws(TransferFault) -> Head {
    var head = Head()
    var isDropping = false
    while let line = try lines.line() {
      // A message without a header that ends it: the next one begins.
      if line.starts(with: Self.from), head.bytes.isEmpty { break }
      head.length += line.count
      if line.count <= 2, line.allSatisfy({ $0 == 10 || $0 == 13 }) {
        head.bytes += line
        return head
      }
      if line.first == 32 || line.first == 9 {
        if !isDropping { head.bytes += line }
        continue
      }
      isDropping = false
      if let colon = line.prefix(64).firstIndex(of: 58) {
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        let value = Self.trimmed(String(decoding: line[(colon + 1)...], as: UTF8.self))
        if name == "content-length", format != .mboxrd {
          head.contentLength = Int(value)
          isDropping = true
        } else if name == "x-uidl", head.uniqueID == nil {
          // As qpopper and UW's ipop3d write it; a second one is the message's own.
          head.uniqueID = value
          isDropping = true
        } else if Self.own.contains(name) {
          isDropping = true
          if name == "status" || name == "x-status" { head.flags += value }
          if name == "x-keywords" { head.keywords = value.split(separator: " ").map(String.init) }
        }
      }
      if !isDropping { head.bytes += line }
      if head.bytes.count > limit {
        isTooLarge = true
        break
      }
    }
    return head
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  // MARK: The body

  /// Takes `count` bytes when the next message or the end is really behind them.
  private func takeExactly(_ count: Int, _ bytes: inout [UInt8]) throws(TransferFault) -> Bool {
    guard count >= 0, Int64(count) <= lines.length - lines.position else { return false }
    let here = lines.position
    lines.seek(here + Int64(count))
    var isGood = true
    // Between messages lies one empty line.
    if let line = try lines.line() {
      isGood = line.count <= 2 && line.allSatisfy { $0 == 10 || $0 == 13 }
      if isGood, let next = try lines.line() {
        isGood = next.starts(with: Self.from)
        separator = isGood ? Array(next) : nil
      }
    }
    let end = lines.position
    if isGood, count > limit {
      isTooLarge = true
      return true
    }
    lines.seek(here)
    guard isGood, let body = try lines.bytes(count) else {
      separator = nil
      lines.seek(here)
      return false
    }
    bytes += body
    lines.seek(end)
    return true
  }

  private func takeLines(_ bytes: inout [UInt8]) throws(TransferFault) {
    var wasEmpty = false
    var emptyLength = 0
    while let line = try lines.line() {
      if wasEmpty || bytes.isEmpty, line.starts(with: Self.from) {
        separator = Array(line)
        break
      }
      wasEmpty = line.count <= 2 && line.allSatisfy { $0 == 10 || $0 == 13 }
      emptyLength = line.count
      // Once a line does not fit, those behind it would make another message of it.
      if isTooLarge || bytes.count + line.count > limit + 4 {
        isTooLarge = true
        continue
      }
      bytes += Self.isQuoted(line) ? line.dropFirst() : line
    }
    // The empty line before the next message (or the end) belongs to the file.
    if wasEmpty { bytes.removeLast(min(emptyLength, bytes.count)) }
  }

  /// One or more ">" and then "From ".
  private static func isQuoted(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.first == 62 else { return false }
    return line.drop { $0 == 62 }.starts(with: from)
  }

  /// "From sender Thu Nov 24 18:22:48 1986", with or without a zone.
  static func date(_ line: [UInt8]) -> Int64? {
    let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count >= 6 else { return nil }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    for start in 1...(words.count - 4) {
      guard let month = months.firstIndex(of: String(words[start])), let day = Int(words[start + 1]),
        (1...31).contains(day), let year = Int(words[words.count - 1]) ?? Int(words[start + 3])
      else { continue }
      let time = words[start + 2].split(separator: ":").compactMap { Int($0) }
      guard time.count >= 2 else { continue }
      let date = MailDate(
        date: CivilDate(year: year, month: month + 1, day: day), hour: time[0], minute: time[1],
        second: time.count > 2 ? min(time[2], 59) : 0, zoneMinutes: 0)
      return date?.seconds
    }
    return nil
  }
}
