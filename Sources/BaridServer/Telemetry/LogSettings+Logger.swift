package import Logging

extension LogSettings {
  /// A maker of loggers that write to `sink` as these settings say.
  package func loggers(to sink: LogSink) -> @Sendable (String) -> Logger {
    let level = Logger.Level(rawValue: level) ?? .info
    let format = format
    return { label in
      Logger(label: label) { LineLogHandler(label: $0, level: level, format: format, sink: sink) }
    }
  }
}
