import Crypto
import Glibc
import Synchronization

/// One message body being received: in memory at first, in a file of spool/ once it is long. Committed or gone.
///
/// Used by one session at a time; `append` never touches the disk, `flush` and `finish` do their slow work on the store's spool
/// threads.
package final class Spool: Sendable {
  private struct Content {
    var memory: [UInt8] = []
    var hasher = SHA256()
    var file: Descriptor?
    var inFile = 0
    var isOver = false
  }

  private let spooler: Spooler
  private let content = Mutex(Content())

  init(_ spooler: Spooler) { self.spooler = spooler }

  /// Bytes so far.
  package var count: Int { content.withLock { $0.inFile + $0.memory.count } }

  /// True when more than the limit (128 KiB) is in memory: call `flush()` before taking more.
  package var needsFlush: Bool { content.withLock { $0.memory.count > spooler.memoryLimit } }

  /// Adds bytes, in memory only.
  package func append(_ bytes: UnsafeRawBufferPointer) {
    content.withLock { if !$0.isOver { $0.memory.append(contentsOf: bytes) } }
  }

  /// Moves what is in memory to the file, off the caller's thread.
  package func flush() async throws(StoreFault) { try await spooler.run { () throws(StoreFault) in try self.write() } }

  /// Ends the message: hashes, parses (`derive`) and compresses it. Messages up to 64 KiB are done at once on the caller's thread.
  ///
  /// Throws `.tooLarge`, `.diskFull`, `.io`; `.closed` when called twice or after `discard`.
  package func finish() async throws(StoreFault) -> SpooledMessage {
    let isSmall = content.withLock { $0.file == nil && $0.memory.count <= Spooler.inlineLimit }
    if isSmall { return try end() }
    return try await spooler.run { () throws(StoreFault) in try self.end() }
  }

  /// Drops everything. Harmless after `finish` and when called twice; letting go of the spool does the same.
  package func discard() {
    content.withLock {
      $0 = Content()
      $0.isOver = true
    }
  }

  private func write() throws(StoreFault) {
    let result = content.withLock { content -> Result<Void, StoreFault> in
      do throws(StoreFault) {
        if content.isOver { throw .closed }
        try Self.write(&content, spooler)
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }

  private static func write(_ content: inout Content, _ spooler: Spooler) throws(StoreFault) {
    let file: Descriptor
    if let open = content.file { file = open } else { file = try spooler.makeFile() }
    content.file = file
    let memory = content.memory
    guard content.inFile + memory.count <= spooler.messageLimit else { throw .tooLarge(limit: spooler.messageLimit) }
    try memory.withFaulty { bytes throws(StoreFault) in
      content.hasher.update(bufferPointer: bytes)
      try file.write(bytes, at: content.inFile)
    }
    content.inFile += memory.count
    content.memory.removeAll(keepingCapacity: true)
  }

  private func end() throws(StoreFault) -> SpooledMessage {
    // The content is taken out, so that nothing can be added and only one `finish` gets it.
    var taken = content.withLock { content -> Content in
      let taken = content
      content = Content()
      content.isOver = true
      return taken
    }
    if taken.isOver { throw .closed }
    if taken.file != nil {
      try Self.write(&taken, spooler)
      taken.memory = []
    }
    guard taken.inFile + taken.memory.count <= spooler.messageLimit else {
      throw .tooLarge(limit: spooler.messageLimit)
    }
    if let file = taken.file {
      let map = try MappedFile(file.raw, length: taken.inFile)
      return try SpooledMessage(.file(map), hash: [UInt8](taken.hasher.finalize()), spooler)
    }
    taken.memory.withUnsafeBytes { taken.hasher.update(bufferPointer: $0) }
    return try SpooledMessage(.memory(taken.memory), hash: [UInt8](taken.hasher.finalize()), spooler)
  }
}

extension [UInt8] {
  /// `withUnsafeBytes` with a typed throw.
  func withFaulty<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try withUnsafeBufferPointer { bytes throws(E) in try body(UnsafeRawBufferPointer(bytes)) }
  }
}
