import Glibc

/// The bytes of a spool file, mapped for reading until the last user lets go.
///
/// SAFETY: the mapping is read-only, the file has no name any more and nobody writes to it after it was mapped.
final class MappedFile: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer

  /// Takes no ownership of `descriptor`.
  init(_ descriptor: Int32, length: Int) throws(StoreFault) {
    guard length > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw StoreFault(errno: errno, doing: "map a spool file")
    }
    bytes = UnsafeRawBufferPointer(start: start, count: length)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }
}
