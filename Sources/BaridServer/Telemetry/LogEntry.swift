internal import Logging

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
