import Crypto

/// A whole message, hashed and parsed, not yet in any mailbox. Its file (if any) goes when the last user lets go.
package final class SpooledMessage: Sendable {
  /// The message as it came.
  enum Body: Sendable {
    case memory([UInt8])
    case file(MappedFile)
  }
  /// The message as it will be stored, ready made outside the lane.
  enum Stored: Sendable {
    /// As `Body`.
    case plain
    case framed(table: [UInt8], frames: Body)
  }

  /// Bytes of the message, without any trace header that `deliver` puts before it.
  package let size: Int
  /// SHA-256 of these bytes.
  package let hash: [UInt8]
  package let derived: Derived
  let body: Body
  let stored: Stored

  init(_ body: Body, hash: [UInt8], _ spooler: Spooler) throws(StoreFault) {
    self.body = body
    self.hash = hash
    size = body.count
    derived = body.withBytes(spooler.derive)
    stored = try Self.prepare(body, spooler)
  }

  /// The bytes, contiguous (a file is mapped, not read into memory).
  package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try self.body.withBytes(body)
  }

  private static func prepare(_ body: Body, _ spooler: Spooler) throws(StoreFault) -> Stored {
    if body.count <= BlobFrames.plainLimit { return .plain }
    if case .memory = body {
      var frames: [UInt8] = []
      let table = body.withBytes { bytes in BlobFrames.encode(bytes) { frames += $0 } }
      return .framed(table: table, frames: .memory(frames))
    }
    // A long message is compressed into a second file, so that no part of it stays in memory.
    let file = try spooler.makeFile()
    var length = 0
    let table = try body.withFaulty { bytes throws(StoreFault) in
      try BlobFrames.encode(bytes) { piece throws(StoreFault) in
        try file.write(piece, at: length)
        length += piece.count
      }
    }
    return .framed(table: table, frames: .file(try MappedFile(file.raw, length: length)))
  }
}

extension SpooledMessage.Body {
  var count: Int {
    switch self {
    case .memory(let bytes): bytes.count
    case .file(let map): map.bytes.count
    }
  }

  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    switch self {
    case .memory(let bytes): try bytes.withUnsafeBytes(body)
    case .file(let map): try body(map.bytes)
    }
  }

  func withFaulty<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    switch self {
    case .memory(let bytes): try bytes.withFaulty(body)
    case .file(let map): try body(map.bytes)
    }
  }
}
