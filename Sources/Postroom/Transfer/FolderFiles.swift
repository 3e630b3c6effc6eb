import Glibc

/// Calls on folders and files of other programs' mail.
enum FolderFiles {
  static func names(_ path: String) throws(TransferFault) -> [String] {
    guard let stream = opendir(path) else { throw .unreadable(path, String(cString: strerror(errno))) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  static func isFile(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
  }

  /// All bytes and the time of the last change. nil: larger than `limit`.
  static func read(_ path: String, limit: Int) throws(TransferFault) -> (bytes: [UInt8], changed: Int64)? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
    let size = Int(facts.st_size)
    if size > limit { return nil }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { space, filled in
      var done = 0
      while done < size {
        let count = Glibc.read(file, space.baseAddress! + done, size - done)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = errno }
        if count <= 0 { break }
        done += count
      }
      filled = done
    }
    if failure != 0 { throw .unreadable(path, String(cString: strerror(failure))) }
    return (bytes, Int64(facts.st_mtim.tv_sec))
  }

  static func write(_ bytes: [UInt8], to path: String, changed: Int64?) throws(TransferFault) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .unwritable(path, String(cString: strerror(errno))) }
    defer { close(file) }
    try write(bytes, to: file, path)
    if let changed {
      var times = [timespec(tv_sec: time_t(changed), tv_nsec: 0), timespec(tv_sec: time_t(changed), tv_nsec: 0)]
      futimens(file, &times)
    }
  }

  static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(TransferFault) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + done, $0.count - done) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { throw .unwritable(path, String(cString: strerror(errno))) }
      done += count
    }
  }

  /// Removes a file, or a folder with all that is in it; links are not followed.
  static func remove(_ path: String) throws(TransferFault) {
    if unlink(path) == 0 || errno == ENOENT { return }
    guard errno == EISDIR else { throw .unwritable(path, String(cString: strerror(errno))) }
    for name in try names(path) { try remove("\(path)/\(name)") }
    guard rmdir(path) == 0 else { throw .unwritable(path, String(cString: strerror(errno))) }
  }

  static func make(_ path: String) throws(TransferFault) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    let code = errno
    guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw .unwritable(path, String(cString: strerror(code)))
    }
    try make(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .unwritable(path, String(cString: strerror(errno)))
    }
  }
}
