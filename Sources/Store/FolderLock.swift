import Glibc

/// Keeps a second process off a data folder: an flock on the file "lock", which names the holder. The kernel drops it when the process dies.
final class FolderLock: Sendable {
  let descriptor: Descriptor

  init(_ folder: String) throws(StoreFault) {
    let path = "\(folder)/lock"
    do throws(StoreFault) {
      descriptor = try Descriptor.open(path, O_RDWR | O_CREAT)
    } catch {
      throw .io("the data folder \(folder) cannot be written (\(String(cString: strerror(errno))))")
    }
    guard flock(descriptor.raw, LOCK_EX | LOCK_NB) == 0 else {
      let holder = try descriptor.bytes(min(16, try descriptor.length()), at: 0) ?? []
      let who = String(decoding: holder, as: UTF8.self).filter(\.isNumber)
      throw .inUse(
        "the data folder \(folder) is in use by another Barid\(who.isEmpty ? "" : " (process \(who))"): stop that one first"
      )
    }
    try descriptor.truncate(to: 0)
    try Array("\(getpid())\n".utf8).withFaulty { bytes throws(StoreFault) in try descriptor.write(bytes, at: 0) }
  }
}

extension FolderLock {
  /// Gives the folder free before the object goes.
  func release() { flock(descriptor.raw, LOCK_UN) }
}
