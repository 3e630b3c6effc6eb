import Glibc
import Mail
package import Store

/// Writes an account's mail to files: bit for bit as it is stored, but for what the format itself adds. A damaged message is passed
/// over and counted.
package struct Exporter: Sendable {
  private static let batchBytes = 4 << 20
  private static let batchMessages = 500

  let store: Store
  let account: AccountID

  package init(store: Store, account: AccountID) {
    self.store = store
    self.account = account
  }

  /// Exports all mailboxes, or the one named and those below it. `path` must be new or empty. It gets its name at the end: an
  /// export that broke off is not taken for one that is whole.
  package func run(
    _ path: String, format: TransferFormat, mailbox: String? = nil, progress: WorkProgress
  ) async throws(TransferFault) -> TransferReport {
    if FolderFiles.isFolder(path) {
      guard try FolderFiles.names(path).isEmpty else { throw .notEmpty(path) }
    } else if FolderFiles.isFile(path) {
      throw .notEmpty(path)
    }
    let all = try await asking { () throws(StoreFault) in try await store.mailboxes(of: account) }
    let wanted = all.filter { info in
      info.isSelectable && (mailbox.map { info.name == $0 || info.name.hasPrefix($0 + "/") } ?? true)
    }
    if wanted.isEmpty { throw .store(StoreFault.noSuchMailbox.description) }
    var total: Int64 = 0
    for info in wanted {
      total += try await asking { () throws(StoreFault) in
        Int64(try await store.status(of: info.id, of: account).messages)
      }
    }
    let making = path + ".partial"
    let claim = try Self.claim(making)
    defer { close(claim) }
    var report = TransferReport()
    do throws(TransferFault) {
      try ExportList(format, wanted.map(\.name)).write(to: making)
      for info in wanted {
        try await export(info, making, format, &report) { progress($0, total) }
        report.mailboxes += 1
      }
    } catch {
      try FolderFiles.remove(making)
      throw error
    }
    if FolderFiles.isFolder(path) { rmdir(path) }
    guard rename(making, path) == 0 else { throw .unwritable(path, String(cString: strerror(errno))) }
    return report
  }

  /// The folder that an export is made in, empty and locked while the descriptor is open. What an export that broke off has left there
  /// goes; anybody else's stays.
  private static func claim(_ path: String) throws(TransferFault) -> Int32 {
    try FolderFiles.make(path)
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .unwritable(path, String(cString: strerror(errno))) }
    do throws(TransferFault) {
      guard flock(folder, LOCK_EX | LOCK_NB) == 0 else { throw .notEmpty(path) }
      let names = try FolderFiles.names(path)
      guard names.isEmpty || names.contains(ExportList.file) else { throw .notEmpty(path) }
      // The list goes last: without it nobody would know whose the rest is.
      for name in names where name != ExportList.file { try FolderFiles.remove("\(path)/\(name)") }
      try FolderFiles.remove("\(path)/\(ExportList.file)")
      return folder
    } catch {
      close(folder)
      throw error
    }
  }

  private func export(
    _ info: MailboxInfo, _ folder: String, _ format: TransferFormat, _ report: inout TransferReport,
    _ progress: (Int64) -> Void
  ) async throws(TransferFault) {
    let open = try await asking { () throws(StoreFault) in
      try await store.open(info.id, of: account, claimRecent: false)
    }
    let state = open.state
    let writer = try ExportWriter(folder, info, format, keywords: state.keywords)
    if state.table.count > 0 { try writer.begin(nextUID: Int64(state.table[state.table.count - 1].uid) + 1) }
    var next = 0
    var ahead = ReadAhead()
    while next < state.table.count {
      let announced = ahead.places(from: next, of: state.table.count) { state.table.size(at: $0) }
      let end = min(next + Self.batchMessages, state.table.count)
      let records = (next..<end).map { state.table[$0] }
      var contents: [[UInt8]] = []
      do throws(StoreFault) {
        contents = try await store.contents(
          records.map(\.email), of: account, limit: Self.batchBytes, ahead: announced.map { state.table.email(at: $0) })
      } catch {
        guard case .damaged = error else { throw .store(error.description) }
        report.skipped += 1
        next += 1
        continue
      }
      let ids = try await asking { () throws(StoreFault) in
        try await store.uniqueIDs(of: records.prefix(contents.count).map(\.item), in: account)
      }
      for ((record, bytes), id) in zip(zip(records, contents), ids) {
        try writer.write(record, bytes, id)
        report.messages += 1
        report.bytes += Int64(bytes.count)
      }
      next += contents.count
      progress(Int64(report.messages + report.skipped))
    }
    try writer.finish()
  }

  private func asking<R>(_ body: () async throws(StoreFault) -> R) async throws(TransferFault) -> R {
    do throws(StoreFault) { return try await body() } catch { throw .store(error.description) }
  }
}

/// Writes the messages of one mailbox.
private final class ExportWriter {
  private let format: TransferFormat
  private let keywords: [String]
  private let path: String
  private let uidValidity: UInt32
  /// Unique ids for POP3 (dovecot-uidlist, uidl.tsv).
  private var ids: SideFile?
  /// What the files cannot say (flags.tsv).
  private var facts: SideFile?
  private var file: Int32 = -1
  private var buffer: [UInt8] = []
  private var usedKeywords: [Int: Int] = [:]

  init(
    _ folder: String, _ info: MailboxInfo, _ format: TransferFormat, keywords: [String]
  ) throws(TransferFault) {
    self.format = format
    self.keywords = keywords
    uidValidity = info.uidValidity
    let place = ExportNames.place(of: info.name, format)
    path = place == "." ? folder : "\(folder)/\(place)"
    switch format {
    case .maildir: for name in ["cur", "new", "tmp"] { try FolderFiles.make("\(path)/\(name)") }
    case .eml: try FolderFiles.make(path)
    case .mbox, .mboxrd, .mboxcl2:
      if let slash = path.lastIndex(of: "/") { try FolderFiles.make(String(path[..<slash])) }
      file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw .unwritable(path, String(cString: strerror(errno))) }
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// Before the first message.
  func begin(nextUID: Int64) throws(TransferFault) {
    if format.isOneFile { return }
    facts = try SideFile("\(path)/flags.tsv")
    ids = try SideFile(format == .eml ? "\(path)/uidl.tsv" : "\(path)/dovecot-uidlist")
    // https://doc.dovecot.org/2.3/developer_manual/design/maildir/ "dovecot-uidlist", version 3.
    if format == .maildir { try ids?.add("3 V\(uidValidity) N\(nextUID)") }
  }

  func write(_ record: MessageRecord, _ bytes: [UInt8], _ id: String) throws(TransferFault) {
    let digits = String(record.uid)
    let uid = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    switch format {
    case .maildir:
      let name = "\(record.internalDate).U\(uid)M\(record.item).barid"
      let (letters, words) = maildirFlags(record.flags)
      try FolderFiles.write(bytes, to: "\(path)/cur/\(name):2,\(letters)", changed: record.internalDate)
      try ids?.add("\(record.uid) P\(id) :\(name)")
      try facts?.add(FileFact(words: words, date: record.keptDate, size: bytes.count).line(name))
    case .eml:
      let name = uid + ".eml"
      try FolderFiles.write(bytes, to: "\(path)/\(name)", changed: record.internalDate)
      try ids?.add("\(name)\t\(id)")
      let words = flagWords(record.flags)
      try facts?.add(FileFact(words: words, date: record.keptDate, size: bytes.count).line(name))
    case .mbox, .mboxrd, .mboxcl2: try writeMbox(record, bytes, id)
    }
  }

  func finish() throws(TransferFault) {
    try ids?.flush()
    try facts?.flush()
    if !usedKeywords.isEmpty {
      let lines = usedKeywords.sorted { $0.value < $1.value }.map { "\($0.value) \(keywords[$0.key])\n" }
      try FolderFiles.write(Array(lines.joined().utf8), to: "\(path)/dovecot-keywords", changed: nil)
    }
    try flush()
  }

  // MARK: Flags

  /// What a name of a file says, and the keywords that it cannot.
  private func maildirFlags(_ flags: Flags) -> (letters: String, words: [String]) {
    // In alphabetical order, as the format asks.
    var letters = ""
    if flags.contains(.draft) { letters += "D" }
    if flags.contains(.flagged) { letters += "F" }
    if flags.contains(.answered) { letters += "R" }
    if flags.contains(.seen) { letters += "S" }
    if flags.contains(.deleted) { letters += "T" }
    var small: [UInt8] = []
    var words: [String] = []
    for index in flags.keywordIndices where index < keywords.count {
      let number = usedKeywords[index] ?? usedKeywords.count
      // Dovecot knows 26 keywords a folder.
      if number < 26 {
        usedKeywords[index] = number
        small.append(UInt8(97 + number))
      } else {
        words.append(keywords[index])
      }
    }
    return (letters + String(decoding: small.sorted(), as: UTF8.self), words)
  }

  private func flagWords(_ flags: Flags) -> [String] {
    var words: [String] = []
    if flags.contains(.seen) { words.append("\\Seen") }
    if flags.contains(.answered) { words.append("\\Answered") }
    if flags.contains(.flagged) { words.append("\\Flagged") }
    if flags.contains(.deleted) { words.append("\\Deleted") }
    if flags.contains(.draft) { words.append("\\Draft") }
    return words + flags.keywordIndices.filter { $0 < keywords.count }.map { keywords[$0] }
  }

  // MARK: mbox

  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private func writeMbox(_ record: MessageRecord, _ bytes: [UInt8], _ id: String) throws(TransferFault) {
    buffer += Array("From MAILER-DAEMON \(Self.date(record.internalDate))\n".utf8)
    var fields = ["Status: \(record.flags.contains(.seen) ? "RO" : "O")"]
    var letters = ""
    if record.flags.contains(.answered) { letters += "A" }
    if record.flags.contains(.flagged) { letters += "F" }
    if record.flags.contains(.draft) { letters += "T" }
    if record.flags.contains(.deleted) { letters += "D" }
    if !letters.isEmpty { fields.append("X-Status: \(letters)") }
    let words = record.flags.keywordIndices.filter { $0 < keywords.count }.map { keywords[$0] }
    if !words.isEmpty { fields.append("X-Keywords: \(words.joined(separator: " "))") }
    fields.append("X-UIDL: \(id)")
    var message = bytes
    if format == .mboxcl2 {
      fields.append("Content-Length: \(Self.bodyLength(bytes))")
    } else {
      message = MboxQuoting.added(bytes)
    }
    fields.insert(MboxMark(fields: fields.count, size: message.count, date: record.keptDate).field, at: 0)
    buffer += Array(fields.joined(separator: "\r\n").utf8) + [13, 10] + message + [10]
    if format != .mboxcl2, bytes.last != 10 { buffer.append(10) }
    if buffer.count > 1 << 20 { try flush() }
  }

  /// What lies behind the first empty line.
  private static func bodyLength(_ bytes: [UInt8]) -> Int {
    var start = 0
    while let end = bytes[start...].firstIndex(of: 10) {
      if end == start || end == start + 1 && bytes[start] == 13 { return bytes.count - end - 1 }
      start = end + 1
    }
    return 0
  }

  private static func date(_ seconds: Int64) -> String {
    let civil = MailDate(seconds: seconds).civil
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let weekday = Self.days[Int(((days % 7) + 7) % 7)]
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = civil.date.day < 10 ? " \(civil.date.day)" : "\(civil.date.day)"
    return
      "\(weekday) \(months[civil.date.month - 1]) \(day) \(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) \(civil.date.year)"
  }

  private func flush() throws(TransferFault) {
    guard file >= 0 else { return }
    try FolderFiles.write(buffer, to: file, path)
    buffer.removeAll(keepingCapacity: true)
  }
}
