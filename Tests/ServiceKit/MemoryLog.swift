package import Logging
import Synchronization

/// The log of a server under test, line by line: `phrase key=value …`, keys sorted.
package final class MemoryLog: Sendable {
  private let kept = Mutex<[String]>([])

  package init() {}

  package var lines: [String] { kept.withLock { $0 } }

  /// The lines that begin with a phrase and hold all of the pieces.
  package func lines(_ phrase: String, _ pieces: String...) -> [String] {
    lines.filter { line in line.hasPrefix(phrase) && pieces.allSatisfy { line.contains($0) } }
  }

  func add(_ line: String) {
    kept.withLock { kept in
      // Long tests log much; what they look for is recent.
      if kept.count == 20_000 { kept.removeFirst(10_000) }
      kept.append(line)
    }
  }
}

package struct MemoryLogHandler: LogHandler {
  private let log: MemoryLog
  package var metadata: Logger.Metadata = [:]
  package var logLevel = Logger.Level.info

  package init(_ log: MemoryLog) { self.log = log }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let facts = metadata.merging(event.metadata ?? [:]) { $1 }
    let text = facts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    log.add("\(event.message) \(text)")
  }
}
