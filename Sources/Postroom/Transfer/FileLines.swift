import Glibc

/// A file read line by line from anywhere, in pieces of 256 KiB.
final class FileLines {
  let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var next = 0
  /// Where `buffer` begins in the file.
  private var start: Int64 = 0
  private var isOver = false
  let length: Int64

  init(_ path: String) throws(TransferFault) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
    var facts = stat()
    length = fstat(descriptor, &facts) == 0 ? Int64(facts.st_size) : 0
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  deinit { close(descriptor) }

  /// Where the next line begins.
  var position: Int64 { start + Int64(next) }

  func seek(_ position: Int64) {
    let inside = position - start
    if inside >= 0, inside <= Int64(buffer.count) {
      next = Int(inside)
      return
    }
    start = position
    buffer = []
    next = 0
    isOver = false
  }

  /// The next line with its end; nil at the end of the file. Longer than `limit`: in pieces.
  func line(limit: Int = 8 << 20) throws(TransferFault) -> ArraySlice<UInt8>? {
    var searched = next
    while true {
      if searched < buffer.count {
        let found = buffer.withUnsafeBufferPointer { bytes -> Int? in
          guard let base = bytes.baseAddress, let hit = memchr(base + searched, 10, bytes.count - searched) else {
            return nil
          }
          return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
        }
        if let found {
          defer { next = found + 1 }
          return buffer[next...found]
        }
        searched = buffer.count
      }
      if buffer.count - next >= limit || isOver {
        if next == buffer.count { return nil }
        defer { next = buffer.count }
        return buffer[next...]
      }
      let dropped = next
      try fill()
      searched -= dropped
    }
  }

  /// Exactly `count` bytes; nil when the file ends before.
  func bytes(_ count: Int) throws(TransferFault) -> ArraySlice<UInt8>? {
    while buffer.count - next < count, !isOver { try fill() }
    guard buffer.count - next >= count else { return nil }
    defer { next += count }
    return buffer[next..<(next + count)]
  }

  private func fill() throws(TransferFault) {
    buffer.removeFirst(next)
    start += Int64(next)
    next = 0
    let size = 256 << 10
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: size))
    let offset = off_t(start) + off_t(old)
    let descriptor = descriptor
    let got = buffer.withUnsafeMutableBytes { space -> Int in
      guard let base = space.baseAddress else { return 0 }
      while true {
        let count = pread(descriptor, base + old, size, offset)
        if count >= 0 || errno != EINTR { return count }
      }
    }
    guard got >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
    buffer.removeLast(size - got)
    if got == 0 { isOver = true }
  }
}
