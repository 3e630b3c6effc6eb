import Logging

/// A logger for commands that answer on their own.
enum SilentLog {
  static func logger(_ label: String) -> Logger { Logger(label: label) { _ in SwiftLogNoOpLogHandler() } }
}
