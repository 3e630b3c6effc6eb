internal import Glibc
package import Logging

/// Writes each log event as one line: text for people, or a JSON object.
///
/// text: `2026-11-21T03:40:00.123Z info smtp message received account=7 size=4096`
/// json: `{"time":"…","level":"info","label":"smtp","message":"message received","account":"7","size":"4096"}`
package struct LineLogHandler: LogHandler {
  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?

  private let label: String
  private let format: LogSettings.Format
  private let sink: LogSink

  package init(label: String, level: Logger.Level, format: LogSettings.Format, sink: LogSink) {
    self.label = label
    self.logLevel = level
    self.format = format
    self.sink = sink
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var facts = metadata
    if let provided = metadataProvider?.get() { facts.merge(provided) { _, new in new } }
    if let own = event.metadata { facts.merge(own) { _, new in new } }
    let entry = LogEntry(
      time: Timestamp.now(), level: event.level, label: label, message: "\(event.message)",
      facts: facts.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 })
    sink.write(format == .json ? entry.json() : entry.text())
  }
}

/// One log line before it is spelled.
struct LogEntry {
  var time: String
  var level: Logger.Level
  var label: String
  var message: String
  var facts: [(key: String, value: String)]

  func text() -> [UInt8] {
    var line = "\(time) \(level.rawValue) \(label) \(Self.oneLine(message))"
    for fact in facts { line += " \(fact.key)=\(Self.bare(fact.value))" }
    return Array((line + "\n").utf8)
  }

  func json() -> [UInt8] {
    var line: [UInt8] = Array("{".utf8)
    func put(_ key: String, _ value: String) {
      if line.count > 1 { line.append(0x2c) }
      JSONText.append(key, to: &line)
      line.append(0x3a)
      JSONText.append(value, to: &line)
    }
    put("time", time)
    put("level", level.rawValue)
    put("label", label)
    put("message", message)
    for fact in facts { put(fact.key, fact.value) }
    line += Array("}\n".utf8)
    return line
  }

  /// A peer's bytes must not begin a line of their own, nor steer a terminal.
  private static func oneLine(_ text: String) -> String {
    text.unicodeScalars.contains { isControl($0) }
      ? String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 })) : text
  }

  private static func bare(_ value: String) -> String {
    let needsQuotes = value.isEmpty || value.unicodeScalars.contains { $0 == " " || $0 == "\"" || $0 == "=" }
    return needsQuotes ? "\"\(oneLine(value).replacing("\"", with: "'"))\"" : oneLine(value)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
  }
}

/// Strings as JSON (RFC 8259 §7).
enum JSONText {
  static func append(_ text: String, to line: inout [UInt8]) {
    line.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c: line += [0x5c, byte]
      case 0x0a: line += Array("\\n".utf8)
      case 0x0d: line += Array("\\r".utf8)
      case 0x09: line += Array("\\t".utf8)
      case 0..<0x20, 0x7f:
        let digits = Array("0123456789abcdef".utf8)
        line += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: line.append(byte)
      }
    }
    line.append(0x22)
  }
}

/// The present, as log lines show it.
enum Timestamp {
  /// UTC with milliseconds: 2026-11-21T03:40:00.123Z (RFC 3339).
  static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return text(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
  }

  static func text(seconds: Int, milliseconds: Int) -> String {
    var seconds = time_t(seconds)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : String(number) }
    let fraction = String(1000 + milliseconds).dropFirst()
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(fraction)Z"
  }
}
