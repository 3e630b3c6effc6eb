internal import Logging

/// Writes each log event as one line: text for people, or a JSON object.
///
/// text: `2026-11-21T03:40:00.123Z info smtp message received account=7 size=4096`
/// json: `{"time":"…","level":"info","label":"smtp","message":"message received","account":"7","size":"4096"}`
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  private let label: String
  private let shared: LogSwitch
  private var ownLevel: Logger.Level?

  init(label: String, shared: LogSwitch) {
    self.label = label
    self.shared = shared
  }

  var logLevel: Logger.Level {
    get { ownLevel ?? shared.level }
    set { ownLevel = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var facts = metadata
    if let provided = metadataProvider?.get() { facts.merge(provided) { _, new in new } }
    if let own = event.metadata { facts.merge(own) { _, new in new } }
    shared.write(
      LogEntry(
        time: Timestamp.now(), level: event.level, label: label, message: "\(event.message)",
        facts: facts.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }))
  }
}
