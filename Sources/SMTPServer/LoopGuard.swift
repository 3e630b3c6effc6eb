import Mail

/// Loop detection by trace fields (RFC 5321 §6.3).
enum LoopGuard {
  /// How many Received fields the header of a message has.
  static func receivedCount(_ bytes: UnsafeRawBufferPointer) -> Int {
    bytes.withMemoryRebound(to: UInt8.self) { message in
      HeaderBlock(scanning: message.span).all("Received", in: message.span).count
    }
  }
}
