import Mail
import Store

/// The messages of an mbox file (RFC 4155 and its kin).
///
/// What Barid wrote says how long it is (`MboxMark`) and comes back as it was. Else a message begins at a line "From " that is the first
/// or follows an empty line. Where a message has a Content-Length after which
/// the next one (or the end) really begins, it is mboxcl2 and taken as it is; else ">From " lines lose one ">" (mboxrd, and as good
/// as possible mboxo). Status, X-Status and X-Keywords become flags, X-UIDL the unique id for POP3, and leave the message, as do the
/// other fields that mail programs add to their files.
final class MboxSource: TransferSource {
  var mailbox: String
  let name: String
  private let lines: FileLines
  private let format: TransferFormat
  private let limit: Int
  /// The first 4 KiB: by what of them was taken the file is known again.
  private let beginning: [UInt8]
  private lazy var whole = fingerprint(beginning)
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
    beginning = Array(try lines.bytes(Int(min(4_096, lines.length))) ?? [])
    lines.seek(0)
  }

  func seek(position: Int64, last: Int64) throws(TransferFault) {
    if position > lines.length || last != mark(position) { throw .changed(name) }
    lines.seek(position)
    // There lies the next message, or nothing.
    while let line = try lines.line() {
      if line.starts(with: Self.from) { break }
      if !Self.isEmpty(line) { throw .changed(name) }
    }
    lines.seek(position)
    separator = nil
  }

  private func mark(_ position: Int64) -> Int64 {
    position < beginning.count ? fingerprint(beginning.prefix(Int(position))) : whole
  }

  private static let from = Array("From ".utf8)
  /// Fields of files that say nothing to us.
  private static let dropped: Set<String> = [
    "x-uid", "x-imap", "x-imapbase", "x-mozilla-status", "x-mozilla-status2", "x-mozilla-keys",
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
    if let message = try readMarked() { return message }
    lines.seek(start)
    let head = try readHead()
    // The epoch is what programs write that know no date.
    let date = Self.date(opening)
    var message = TransferMessage(bytes: head.bytes, date: date == 0 ? nil : date, position: 0)
    head.apply(to: &message)
    if let length = head.contentLength, format != .mboxrd, try takeExactly(length, &message.bytes) {
      // mboxcl2: the length held.
    } else {
      if format != .mboxrd, head.contentLength != nil { lines.seek(start + Int64(head.length)) }
      try takeLines(&message.bytes, afterEmpty: head.isEnded || head.bytes.isEmpty)
    }
    if !isTooLarge { message.bytes = message.bytes.withMailLineEnds() }
    return placed(message)
  }

  /// A message that Barid wrote and nobody has changed since; nil: another.
  private func readMarked() throws(TransferFault) -> TransferMessage? {
    guard let line = try lines.line(), let mark = MboxMark(line), mark.fields >= 0 else { return nil }
    var head = Head()
    for _ in 0..<mark.fields {
      guard let line = try lines.line(), let field = Field(line), head.take(field) else { return nil }
    }
    var message = TransferMessage(bytes: [], date: mark.date.rawValue, position: 0)
    guard try takeExactly(mark.size, &message.bytes) else { return nil }
    if head.contentLength == nil { message.bytes = MboxQuoting.removed(message.bytes) }
    head.apply(to: &message)
    return placed(message)
  }

  private func placed(_ message: TransferMessage) -> TransferMessage {
    var message = message
    message.position = lines.position - Int64(separator?.count ?? 0)
    message.last = mark(message.position)
    return message
  }

  // MARK: The header

  private struct Field {
    /// In lower case.
    var name: String
    var value: String

    init?(_ line: ArraySlice<UInt8>) {
      guard let colon = line.prefix(64).firstIndex(of: 58) else { return nil }
      name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      let text = String(decoding: line[(colon + 1)...], as: UTF8.self)
      value = String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
  }

  private struct Head {
    var bytes: [UInt8] = []
    /// In the file.
    var length = 0
    /// By an empty line.
    var isEnded = false
    var contentLength: Int?
    var flags = ""
    var keywords: [String] = []
    var uniqueID: String?

    /// Takes a field that mail programs add to their files; false: another one.
    mutating func take(_ field: Field) -> Bool {
      switch field.name {
      case "status", "x-status": flags += field.value
      case "x-keywords": keywords = field.value.split(separator: " ").map(String.init)
      case "content-length": contentLength = Int(field.value)
      case "x-uidl":
        // As qpopper and UW's ipop3d write it; a second one is the message's own.
        if uniqueID != nil { return false }
        uniqueID = field.value
      default: return MboxSource.dropped.contains(field.name)
      }
      return true
    }

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
      head.length += line.count
      // Some programs write the "From " line twice.
      if line.starts(with: Self.from), head.bytes.isEmpty { continue }
      if Self.isEmpty(line) {
        head.bytes += line
        head.isEnded = true
        return head
      }
      if line.first != 32, line.first != 9 { isDropping = takes(line, &head) }
      if !isDropping { head.bytes += line }
      if head.bytes.count > limit {
        isTooLarge = true
        break
      }
    }
    return head
  }

  /// Whether a line is the file's, not the message's.
  private func takes(_ line: ArraySlice<UInt8>, _ head: inout Head) -> Bool {
    guard let field = Field(line), format != .mboxrd || field.name != "content-length" else { return false }
    return head.take(field) || MboxMark(line) != nil
  }

  private static func isEmpty(_ line: ArraySlice<UInt8>) -> Bool {
    line.count <= 2 && line.allSatisfy { $0 == 10 || $0 == 13 }
  }

  // MARK: The body

  /// Takes `count` bytes when the next message or the end is really behind them.
  private func takeExactly(_ count: Int, _ bytes: inout [UInt8]) throws(TransferFault) -> Bool {
    guard count >= 0, Int64(count) <= lines.length - lines.position else { return false }
    let here = lines.position
    lines.seek(here + Int64(count))
    var isGood = true
    // Between messages lies one empty line, and another where a message does not end its last one.
    if let line = try lines.line() {
      isGood = Self.isEmpty(line)
      var next = isGood ? try lines.line() : nil
      if let second = next, Self.isEmpty(second) { next = try lines.line() }
      if let next {
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

  /// `afterEmpty`: what comes first follows an empty line, that of the header.
  private func takeLines(_ bytes: inout [UInt8], afterEmpty: Bool) throws(TransferFault) {
    var wasEmpty = afterEmpty
    var isWhole = true
    var emptyLength = 0
    while let line = try lines.line() {
      if wasEmpty, line.starts(with: Self.from) {
        separator = Array(line)
        break
      }
      // Very long lines come in pieces.
      let isStart = isWhole
      isWhole = line.last == 10
      wasEmpty = isStart && Self.isEmpty(line)
      emptyLength = line.count
      // Once a line does not fit, those behind it would make another message of it.
      if isTooLarge || bytes.count + line.count > limit + 4 {
        isTooLarge = true
        continue
      }
      bytes += isStart && MboxQuoting.isQuoted(line) ? line.dropFirst() : line
    }
    // The empty line before the next message (or the end) belongs to the file.
    if wasEmpty { bytes.removeLast(min(emptyLength, bytes.count)) }
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
