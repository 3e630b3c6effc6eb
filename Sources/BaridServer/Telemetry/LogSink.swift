internal import Glibc
internal import Synchronization

/// Where log lines go: standard error or a file, each line written whole.
package final class LogSink: Sendable {
  private let descriptor: Mutex<Int32>
  private let path: String?

  /// Standard error.
  package init() {
    path = nil
    descriptor = Mutex(STDERR_FILENO)
  }

  /// The file at `path`, made if need be and appended to.
  package init(path: String) throws(FileFault) {
    self.path = path
    descriptor = Mutex(try Self.opened(path))
  }

  /// Opens the file again: after rotation the old one has another name.
  package func reopen() throws(FileFault) {
    guard let path else { return }
    let new = try Self.opened(path)
    let old = descriptor.withLock { current in
      defer { current = new }
      return current
    }
    close(old)
  }

  /// Writes `line`, which ends in a line feed. A log that cannot be written must not stop the mail: nothing is thrown.
  func write(_ line: [UInt8]) {
    descriptor.withLock { descriptor in
      var done = 0
      while done < line.count {
        let count = line.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, line.count - done)
        }
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        done += count
      }
    }
  }

  private static func opened(_ path: String) throws(FileFault) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    if descriptor < 0 { throw FileFault(path: path, verb: "write", code: errno) }
    return descriptor
  }
}
