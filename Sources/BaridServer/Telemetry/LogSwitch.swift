package import Logging
internal import Synchronization

/// What all loggers of the process share: where lines go, how they look and how serious they must be. HUP may change it.
package final class LogSwitch: Sendable {
  private let state: Mutex<State>
  /// The place of the least serious level in `Logger.Level.allCases`: asked at every log statement, so without a lock.
  private let minimum: Atomic<Int>

  private struct State {
    var format: LogSettings.Format
    var sink: LogSink
  }

  package init(_ settings: LogSettings) throws(FileFault) {
    state = Mutex(State(format: settings.format, sink: try settings.sink()))
    minimum = Atomic(settings.rank)
  }

  /// Takes new settings and opens the file again: after rotation the old one has another name.
  package func change(to settings: LogSettings) throws(FileFault) {
    let sink = try settings.sink()
    state.withLock { $0 = State(format: settings.format, sink: sink) }
    minimum.store(settings.rank, ordering: .relaxed)
  }

  package func logger(_ label: String) -> Logger {
    Logger(label: label) { LineLogHandler(label: $0, shared: self) }
  }

  var level: Logger.Level { Logger.Level.allCases[minimum.load(ordering: .relaxed)] }

  func write(_ entry: LogEntry) {
    let (format, sink) = state.withLock { ($0.format, $0.sink) }
    sink.write(format == .json ? entry.json() : entry.text())
  }
}

extension LogSettings {
  fileprivate var rank: Int { Logger.Level.allCases.firstIndex { $0.rawValue == level } ?? 2 }

  fileprivate func sink() throws(FileFault) -> LogSink { try file.isEmpty ? LogSink() : LogSink(path: file) }
}
