import Glibc
import Store

/// What an export says of a message beside its file, a line of flags.tsv: "name, flags, seconds zone bytes", with tabs between the three.
struct FileFact {
  /// Keywords, and in folders of .eml files flags.
  var words: [Substring] = []
  /// INTERNALDATE: the file's own time has no zone, and goes when the file is copied.
  var date: KeptDate?
  /// The file is the message bit for bit while it has so many bytes. nil: nobody says so.
  var size: Int?

  init(words: [String], date: KeptDate, size: Int) {
    self.words = words.map { $0[...] }
    self.date = date
    self.size = size
  }

  /// What follows the name.
  fileprivate init(_ text: Substring) {
    let parts = text.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
    words = parts[0].split(separator: " ")
    let numbers = parts.count == 2 ? parts[1].split(separator: " ").compactMap { Int64($0) } : []
    guard numbers.count == 3, let size = Int(exactly: numbers[2]), let zone = Int(exactly: numbers[1]) else { return }
    date = KeptDate(seconds: numbers[0], zoneMinutes: zone)
    self.size = size
  }

  func line(_ name: String) -> String {
    let numbers = date.map { "\($0.seconds) \($0.zoneMinutes) \(size ?? 0)" } ?? ""
    return "\(name)\t\(words.joined(separator: " "))\t\(numbers)"
  }
}

/// flags.tsv of a folder.
struct FileFacts {
  private var lines: [Substring: (place: Int, text: Substring)] = [:]

  init() {}

  init(_ path: String) throws(TransferFault) {
    guard FolderFiles.isFile(path), let file = try FolderFiles.read(path, limit: 1 << 28) else { return }
    for line in String(decoding: file.bytes, as: UTF8.self).split(separator: "\n") {
      guard let tab = line.firstIndex(of: "\t") else { continue }
      lines[line[..<tab]] = (lines.count, line[line.index(after: tab)...])
    }
  }

  subscript(name: Substring) -> FileFact? { lines[name].map { FileFact($0.text) } }

  /// The place in the mailbox; what the list does not name comes last.
  func place(of name: Substring) -> Int { lines[name]?.place ?? .max }
}

/// A list that is written beside the messages, line by line.
final class SideFile {
  private let path: String
  private let file: Int32
  private var buffer: [UInt8] = []

  init(_ path: String) throws(TransferFault) {
    self.path = path
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .unwritable(path, String(cString: strerror(errno))) }
  }

  deinit { if file >= 0 { close(file) } }

  func add(_ line: String) throws(TransferFault) {
    buffer += Array(line.utf8)
    buffer.append(10)
    if buffer.count > 64 << 10 { try flush() }
  }

  func flush() throws(TransferFault) {
    try FolderFiles.write(buffer, to: file, path)
    buffer.removeAll(keepingCapacity: true)
  }
}
