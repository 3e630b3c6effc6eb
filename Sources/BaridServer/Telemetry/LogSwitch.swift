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

  /// New settings with their file, open but not yet written to.
  struct Change: Sendable {
    fileprivate var settings: LogSettings
    fileprivate var sink: LogSink
  }

  /// Opens the file that new settings name, again also where it is the same: after rotation the old one has another name.
  func prepare(_ settings: LogSettings) throws(FileFault) -> Change {
    Change(settings: settings, sink: try settings.sink())
  }

  func take(_ change: Change) {
    state.withLock { $0 = State(format: change.settings.format, sink: change.sink) }
    minimum.store(change.settings.rank, ordering: .relaxed)
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
