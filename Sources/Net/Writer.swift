import NIOCore
import Synchronization

/// The connection is gone, or the work that the writer belonged to has returned or was interrupted.
package struct ConnectionClosed: Error, Sendable { package init() {} }

/// Writes to the peer from inside a `run`, with back-pressure.
///
/// Bytes are sent in order. A `write` returns at once while less than 64 KiB wait to be sent; otherwise when half of that
/// has gone. A slow reader is judged by progress, not by time: only one that takes nothing at all for
/// `NetSettings.stallLimit` loses its connection. Call `flush` before awaiting anything else.
package final class Writer: Sendable {
  private let sink: any WriterSink

  init(sink: any WriterSink) { self.sink = sink }

  /// A writer that keeps what is written, for a session's own tests.
  package static func recording() -> (writer: Writer, record: WriterRecord) {
    let record = WriterRecord()
    return (Writer(sink: record), record)
  }

  package func write(_ bytes: [UInt8]) async throws(ConnectionClosed) { try await sink.write(ByteBuffer(bytes: bytes)) }

  package func write(_ bytes: ArraySlice<UInt8>) async throws(ConnectionClosed) {
    try await sink.write(ByteBuffer(bytes: bytes))
  }

  package func write(_ text: String) async throws(ConnectionClosed) { try await sink.write(ByteBuffer(string: text)) }

  /// Starts sending what was written so far; waits only where a `write` would wait.
  package func flush() async throws(ConnectionClosed) { try await sink.flush() }
}

/// Where a writer's bytes go.
protocol WriterSink: Sendable {
  func write(_ bytes: ByteBuffer) async throws(ConnectionClosed)
  func flush() async throws(ConnectionClosed)
}

/// What a recording writer was given.
package final class WriterRecord: WriterSink {
  private let written = Mutex<[UInt8]>([])

  package var bytes: [UInt8] { written.withLock { $0 } }
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  func write(_ bytes: ByteBuffer) async throws(ConnectionClosed) {
    written.withLock { $0 += bytes.readableBytesView }
  }

  func flush() async throws(ConnectionClosed) {}
}
