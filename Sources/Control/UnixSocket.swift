internal import Glibc

/// Unix socket calls, with the descriptor closed at the end of its owner's life.
struct UnixSocket: ~Copyable {
  let descriptor: Int32

  init() throws(ControlFailure) {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    if descriptor < 0 { throw .cannotListen(Self.reason(errno)) }
  }

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Binds and listens; an old socket file is replaced. The file is for its owner alone.
  borrowing func listen(at path: String) throws(ControlFailure) {
    var status = stat()
    if lstat(path, &status) == 0 {
      // The caller holds the folder's lock, so nobody serves this socket any more; but only a socket is removed.
      guard status.st_mode & S_IFMT == S_IFSOCK, unlink(path) == 0 else {
        throw .cannotListen("\(path) is in the way")
      }
    }
    let code = Self.withAddress(path) { bind(descriptor, $0, $1) }
    guard code == 0 else { throw .cannotListen(Self.reason(code)) }
    guard chmod(path, 0o600) == 0, Glibc.listen(descriptor, 16) == 0 else { throw .cannotListen(Self.reason(errno)) }
  }

  borrowing func connect(to path: String) throws(ControlFailure) {
    let code = Self.withAddress(path) { Glibc.connect(descriptor, $0, $1) }
    switch code {
    case 0: return
    case ENOENT, ECONNREFUSED, ENOTDIR: throw .notRunning
    case EACCES, EPERM: throw .forbidden
    default: throw .lost(Self.reason(code))
    }
  }

  /// How long a read or a write may take.
  borrowing func setPatience(seconds: Int) {
    var patience = timeval(tv_sec: seconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
  }

  /// The user at the other end, as the kernel noted it at connect; nil if it cannot be told.
  static func peerUser(_ descriptor: Int32) -> uid_t? {
    // struct ucred of unix(7): pid, uid, gid.
    var credentials: (pid_t, uid_t, gid_t) = (0, 0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else { return nil }
    return credentials.1
  }

  static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// Calls `body` with the address of `path`; returns 0 or errno.
  ///
  /// A path longer than sun_path (108 bytes) is reached through its folder's descriptor.
  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var folder: Int32 = -1
    var short = path
    if path.utf8.count > 107, let slash = path.lastIndex(of: "/") {
      folder = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard folder >= 0 else { return errno }
      short = "/proc/self/fd/\(folder)\(path[slash...])"
    }
    defer { if folder >= 0 { close(folder) } }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard short.utf8.count < room else { return ENAMETOOLONG }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: short.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 ? 0 : errno
      }
    }
  }
}
