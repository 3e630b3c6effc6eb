import Glibc

/// Copies of files for backups: whole, checked, durable.
enum FileCopy {
  /// Copies the first `length` bytes (nil = all); gives size and CRC. Durable but for its name.
  static func copy(
    _ from: String, to: String, length: Int? = nil, goOn: () throws(StoreFault) -> Void = {},
    progress: (Int) -> Void = { _ in }
  ) throws(StoreFault) -> (size: Int, crc: UInt32) {
    let source = try Descriptor.open(from, O_RDONLY)
    let size = if let length { length } else { try source.length() }
    let target = try Descriptor.open(to, O_RDWR | O_CREAT | O_TRUNC)
    var done = 0
    var crc: UInt32 = 0
    while done < size {
      try goOn()
      let count = min(1 << 20, size - done)
      guard let bytes = try source.bytes(count, at: done) else { throw .damaged("\(from) is shorter than it was") }
      try bytes.withFaulty { bytes throws(StoreFault) in
        crc = Checksum.crc32(bytes, crc)
        try target.write(bytes, at: done)
      }
      done += count
      progress(count)
    }
    try target.sync()
    return (size, crc)
  }

  static func crc(
    _ path: String, goOn: () throws(StoreFault) -> Void = {}, progress: (Int) -> Void = { _ in }
  ) throws(StoreFault) -> (size: Int, crc: UInt32) {
    let source = try Descriptor.open(path, O_RDONLY)
    let size = try source.length()
    var done = 0
    var crc: UInt32 = 0
    while done < size {
      try goOn()
      let count = min(1 << 20, size - done)
      guard let bytes = try source.bytes(count, at: done) else { throw .damaged("\(path) is shorter than it was") }
      crc = bytes.withUnsafeBytes { Checksum.crc32($0, crc) }
      done += count
      progress(count)
    }
    return (size, crc)
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func size(_ path: String) -> Int? {
    var facts = stat()
    return stat(path, &facts) == 0 ? Int(facts.st_size) : nil
  }

  /// Removes a folder with all that is in it. What cannot be removed stays.
  static func removeTree(_ path: String) {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return }
    if facts.st_mode & S_IFMT == S_IFDIR {
      do throws(StoreFault) {
        for name in try Folder.allNames(in: path) { removeTree("\(path)/\(name)") }
      } catch { return }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

extension Folder {
  /// Names in the folder, those too that begin with a dot, sorted.
  static func allNames(in path: String) throws(StoreFault) -> [String] {
    guard let stream = opendir(path) else { throw StoreFault(errno: errno, doing: "list \(path)") }
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
}
