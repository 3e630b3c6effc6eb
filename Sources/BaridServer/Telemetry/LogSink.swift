internal import Glibc
internal import Synchronization

/// Where log lines go: standard error or a file, each line written whole.
final class LogSink: Sendable {
  private let descriptor: Int32
  private let turn = Mutex(())

  /// Standard error.
  init() { descriptor = STDERR_FILENO }

  /// The file at `path`, made if need be and appended to.
  init(path: String) throws(FileFault) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    if descriptor < 0 { throw FileFault(path: path, verb: "write", code: errno) }
  }

  deinit {
    if descriptor != STDERR_FILENO { close(descriptor) }
  }

  /// Writes `line`, which ends in a line feed. A log that cannot be written must not stop the mail: nothing is thrown.
  func write(_ line: [UInt8]) {
    turn.withLock { _ in _ = DescriptorWrite.all(line, to: descriptor) }
  }
}
