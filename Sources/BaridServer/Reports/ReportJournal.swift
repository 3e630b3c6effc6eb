internal import Glibc
package import Logging
package import MailAuth
package import SMTPServer
internal import Synchronization

/// Findings for DMARC aggregate reports, a line each, in one file for each day (UTC) in the data folder.
///
/// 1. A line is written whole by one call; one that a crash cut is passed over by the reader.
/// 2. Lines survive the end of the process at once, a power cut after at most a minute: they are statistics, and no mail waits for them.
/// 3. A day's file has at most 64 MiB, and files older than 14 days are removed: what nobody fetches does not fill the disk.
package final class ReportJournal: Sendable {
  private struct State {
    var descriptor: Int32 = -1
    var day: Int64 = -1
    var size = 0
    var lost = 0
    var syncedAt: Int64 = 0
  }

  static let dayLimit = 64 << 20
  static let daysKept: Int64 = 14

  private let folder: String
  private let logger: Logger
  private let state = Mutex(State())

  package init(_ folder: String, logger: Logger) {
    self.folder = folder
    self.logger = logger
  }

  /// Writes one finding.
  @Sendable package func add(_ message: ReportedMessage) {
    let line = CollectedRow(message).line
    let fault = state.withLock { state -> String? in
      let day = message.time / 86_400
      if state.day != day || state.descriptor < 0 {
        if let fault = turn(&state, to: day) { return fault }
      }
      guard state.size + line.count <= Self.dayLimit else {
        state.lost += 1
        return nil
      }
      let count = line.withUnsafeBytes { write(state.descriptor, $0.baseAddress, $0.count) }
      guard count == line.count else { return "write: \(String(cString: strerror(errno)))" }
      state.size += count
      if message.time - state.syncedAt >= 60 {
        fdatasync(state.descriptor)
        state.syncedAt = message.time
      }
      return nil
    }
    if let fault { logger.warning("finding for a dmarc report not kept", metadata: ["reason": "\(fault)"]) }
  }

  /// Opens the day's file and removes what is too old.
  private func turn(_ state: inout State, to day: Int64) -> String? {
    finish(&state)
    mkdir(folder, 0o700)
    let path = "\(folder)/\(Self.name(of: day))"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return "open \(path): \(String(cString: strerror(errno)))" }
    var facts = stat()
    fstat(descriptor, &facts)
    state = State(descriptor: descriptor, day: day, size: Int(facts.st_size))
    // A line that a crash cut must not swallow the next one.
    if facts.st_size > 0 { _ = write(descriptor, "\n", 1) }
    for old in Self.days(in: folder) where old < day - Self.daysKept { unlink("\(folder)/\(Self.name(of: old))") }
    return nil
  }

  private func finish(_ state: inout State) {
    guard state.descriptor >= 0 else { return }
    fdatasync(state.descriptor)
    Glibc.close(state.descriptor)
    if state.lost > 0 {
      logger.warning(
        "findings for dmarc reports lost", metadata: ["count": "\(state.lost)", "reason": "file too large"])
    }
    state = State()
  }

  package func close() { state.withLock { finish(&$0) } }

  // MARK: Reading

  /// The days (since 1970, UTC) that there are findings of, oldest first.
  package static func days(in folder: String) -> [Int64] {
    guard let entries = opendir(folder) else { return [] }
    defer { closedir(entries) }
    var days: [Int64] = []
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasSuffix(".rows"), let day = Int64(name.dropLast(5)) else { continue }
      days.append(day)
    }
    return days.sorted()
  }

  /// The findings of one day.
  package static func rows(of day: Int64, in folder: String) throws(FileFault) -> [CollectedRow] {
    let bytes = try FileBytes.read("\(folder)/\(name(of: day))", limit: dayLimit + (1 << 20))
    return bytes.split(separator: 0x0A).compactMap { CollectedRow(line: Array($0)) }
  }

  private static func name(of day: Int64) -> String { "\(day).rows" }
}

extension CollectedRow {
  init(_ message: ReportedMessage) {
    self.init(
      time: message.time, dmarc: message.dmarc, source: message.source, spf: message.spf, dkim: message.dkim,
      envelopeFrom: message.envelopeFrom, applied: message.applied, overrides: message.overrides)
  }
}
