import NIOCore

/// The bytes that the session wants to send; sent when it would wait.
package struct Output {
  var buffer = ByteBuffer()

  package init() {}

  /// Bytes not yet handed to the connection.
  package var count: Int { buffer.readableBytes }
  package var isEmpty: Bool { buffer.readableBytes == 0 }

  package mutating func write(_ text: StaticString) { buffer.writeStaticString(text) }
  @_disfavoredOverload
  package mutating func write(_ text: String) { buffer.writeString(text) }
  package mutating func write(_ bytes: [UInt8]) { buffer.writeBytes(bytes) }
  package mutating func write(_ bytes: ArraySlice<UInt8>) { buffer.writeBytes(bytes) }
  package mutating func write(_ bytes: UnsafeRawBufferPointer) { buffer.writeBytes(bytes) }

  /// Takes out what was written, for a session's own tests.
  package mutating func take() -> [UInt8] {
    defer { buffer = ByteBuffer() }
    return Array(buffer.readableBytesView)
  }
}
