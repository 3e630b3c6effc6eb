internal import Glibc
package import Phrases

/// A file that could not be read or written, for people.
package struct FileFault: Error, Equatable, Sendable, CustomStringConvertible {
  package var path: String
  package var verb: String
  package var code: Int32

  package var isMissing: Bool { code == ENOENT }
  package var reason: String { String(cString: strerror(code)) }
  package var sentence: String { "cannot \(verb) this file (\(reason))" }
  package var description: String { "cannot \(verb) \(path): \(reason)" }
}

extension FileFault {
  /// The same for a person: usual reasons in words of our own.
  package var phrase: Phrase {
    switch code {
    case ENOENT, ENOTDIR: .fileMissing(path)
    case EACCES, EPERM: .fileForbidden(path)
    case EISDIR: .fileIsFolder(path)
    case EFBIG: .fileTooLarge(path)
    case ENOSPC, EDQUOT: .diskFull
    default: verb == "read" ? .transferUnreadable(path, reason) : .transferUnwritable(path, reason)
    }
  }
}

/// Small whole files: configuration, certificates, passwords.
package enum FileBytes {
  /// The bytes of the file at `path`, refusing more than `limit`.
  package static func read(_ path: String, limit: Int) throws(FileFault) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 { throw FileFault(path: path, verb: "read", code: errno) }
    defer { close(file) }
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(file, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw FileFault(path: path, verb: "read", code: errno) }
      if count == 0 { return result }
      result += piece[..<count]
      if result.count > limit { throw FileFault(path: path, verb: "read", code: EFBIG) }
    }
  }

  /// Replaces the file at `path` as one step: a new file beside it, synced, renamed over it.
  package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(FileFault) {
    let draft = path + ".new"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    if file < 0 { throw FileFault(path: path, verb: "write", code: errno) }
    var code = DescriptorWrite.all(bytes, to: file)
    if code == 0 && fsync(file) != 0 { code = errno }
    close(file)
    if code != 0 {
      unlink(draft)
      throw FileFault(path: path, verb: "write", code: code)
    }
    if rename(draft, path) != 0 { throw FileFault(path: path, verb: "write", code: errno) }
  }

  /// Makes the folder at `path` and those above it.
  package static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(FileFault) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    guard errno == ENOENT, !parent.isEmpty, parent != path else {
      throw FileFault(path: path, verb: "make", code: errno)
    }
    try makeFolder(parent, mode: mode)
    if mkdir(path, mode) != 0 && errno != EEXIST { throw FileFault(path: path, verb: "make", code: errno) }
  }
}
