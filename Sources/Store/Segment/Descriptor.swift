import Glibc

/// An open file, closed when the last user lets go.
final class Descriptor: Sendable {
  let raw: Int32

  init(_ raw: Int32) { self.raw = raw }

  deinit { close(raw) }

  static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(StoreFault) -> Descriptor {
    let made = Glibc.open(path, flags | O_CLOEXEC, mode)
    guard made >= 0 else { throw StoreFault(errno: errno, doing: "open \(path)") }
    return Descriptor(made)
  }

  /// Bytes in the file.
  func length() throws(StoreFault) -> Int {
    var facts = stat()
    guard fstat(raw, &facts) == 0 else { throw StoreFault(errno: errno, doing: "look at a file") }
    return Int(facts.st_size)
  }

  /// Writes all of `bytes` at `offset`.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreFault) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(raw, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw StoreFault(errno: errno, doing: "write")
      }
      done += count
    }
  }

  /// Fills `space` from `offset`; the number of bytes that were there.
  func read(_ space: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreFault) -> Int {
    var done = 0
    while done < space.count {
      let count = pread(raw, space.baseAddress! + done, space.count - done, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw StoreFault(errno: errno, doing: "read")
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Exactly `count` bytes at `offset`; nil when the file ends before.
  func bytes(_ count: Int, at offset: Int) throws(StoreFault) -> [UInt8]? {
    var fault: StoreFault?
    var got = 0
    let result = [UInt8](unsafeUninitializedCapacity: count) { space, filled in
      do throws(StoreFault) {
        got = try read(
          UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(space)[..<count]), at: offset)
      } catch { fault = error }
      filled = got
    }
    if let fault { throw fault }
    return got == count ? result : nil
  }

  /// Makes what was written durable.
  func sync() throws(StoreFault) {
    guard fdatasync(raw) == 0 else { throw StoreFault(errno: errno, doing: "sync") }
  }

  func truncate(to length: Int) throws(StoreFault) {
    guard ftruncate(raw, off_t(length)) == 0 else { throw StoreFault(errno: errno, doing: "truncate") }
  }
}

/// Calls on folders.
enum Folder {
  /// Makes `path` and what is missing above it, for the owner alone.
  static func make(_ path: String) throws(StoreFault) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    let code = errno
    guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw StoreFault(errno: code, doing: "make the folder \(path)")
    }
    try make(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw StoreFault(errno: errno, doing: "make the folder \(path)")
    }
  }

  /// Makes new names in the folder durable.
  static func sync(_ path: String) throws(StoreFault) {
    let folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
    guard fsync(folder.raw) == 0 else { throw StoreFault(errno: errno, doing: "sync the folder \(path)") }
  }

  /// Removes all plain files in the folder.
  static func empty(_ path: String) throws(StoreFault) {
    for name in try names(in: path) { unlink("\(path)/\(name)") }
  }

  /// Names in the folder, without those that begin with a dot, sorted.
  static func names(in path: String) throws(StoreFault) -> [String] {
    guard let stream = opendir(path) else { throw StoreFault(errno: errno, doing: "list \(path)") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
