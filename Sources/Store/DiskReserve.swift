import Glibc
import Synchronization

/// Space held for the worst day: a file of `size` bytes in the data folder. When others have filled the disk to the last byte it is
/// given back, so that deleting, bounces and the log go on; it is taken again when there is room.
final class DiskReserve: Sendable {
  /// Below this the reserve is given back.
  static let lastRoom: Int64 = 16 << 20

  private let path: String
  private let size: Int64
  private let isHeld = Mutex(false)

  init(_ folder: String, size: Int64) {
    path = "\(folder)/reserve"
    self.size = size > 1 << 40 ? 0 : size
    refill()
  }

  /// What must be free for new mail: once the reserve is given back it must come back before anything else.
  var needed: Int64 { isHeld.withLock { $0 } ? size : 2 * size }

  /// Gives the reserve back when `free` says so.
  func look(free: Int64) {
    guard size > 0, free < Self.lastRoom else { return }
    isHeld.withLock { isHeld in
      if isHeld { unlink(path) }
      isHeld = false
    }
  }

  /// Takes the space again when there is plenty. A failure is no fault: the next round tries again.
  func refill() {
    var facts = statvfs()
    guard size > 0, statvfs(String(path.dropLast("/reserve".count)), &facts) == 0 else { return }
    let free = Int64(facts.f_bavail) * Int64(facts.f_frsize)
    isHeld.withLock { isHeld in
      if isHeld { return }
      var status = stat()
      if stat(path, &status) == 0, status.st_size == off_t(size), Int64(status.st_blocks) * 512 >= size {
        isHeld = true
        return
      }
      guard free >= 3 * size else { return }
      let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard file >= 0 else { return }
      defer { Glibc.close(file) }
      isHeld = posix_fallocate(file, 0, off_t(size)) == 0
      if !isHeld { unlink(path) }
    }
  }
}
