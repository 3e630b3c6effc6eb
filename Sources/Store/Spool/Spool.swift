import Synchronization

/// One message body being received: in memory at first, in a file of spool/ once it is long. Committed or gone.
///
/// Used by one session at a time; `append` never blocks on the disk, `flush` and `finish` do their work on the store's spool threads.
package final class Spool: Sendable {
  init() {}

  /// Bytes so far.
  package var count: Int { 0 }

  /// True when more than the limit (128 KiB) is in memory: call `flush()` before taking more.
  package var needsFlush: Bool { false }

  /// Adds bytes, in memory only.
  package func append(_ bytes: UnsafeRawBufferPointer) {}

  /// Moves what is in memory to the file, off the caller's thread.
  package func flush() async throws(StoreFault) { throw .closed }

  /// Ends the message: hashes, parses (`derive`) and compresses it. Small messages are done at once on the caller's thread.
  package func finish() async throws(StoreFault) -> SpooledMessage { throw .closed }

  /// Drops everything. Harmless after `finish` and when called twice; letting go of the spool does the same.
  package func discard() {}
}
