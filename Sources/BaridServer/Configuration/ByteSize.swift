/// Sizes as people write them: 50MiB, 64KiB, 4096.
package enum ByteSize {
  private static let units: [(name: String, bytes: Int)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
  ]

  /// The size in the largest unit that divides it.
  @Sendable static func text(_ bytes: Int) -> String {
    for unit in units where bytes >= unit.bytes && bytes % unit.bytes == 0 {
      return "\(bytes / unit.bytes)\(unit.name)"
    }
    return String(bytes)
  }

  /// The size in the largest unit that it fills, to a tenth (the rest cut off): for people.
  package static func rounded(_ bytes: Int) -> String {
    guard let unit = units.first(where: { bytes >= $0.bytes }) else { return "\(bytes)B" }
    let tenths = bytes % unit.bytes / (unit.bytes / 10)
    return "\(bytes / unit.bytes)" + ((1...9).contains(tenths) ? ".\(tenths)" : "") + unit.name
  }

  /// Bytes of "50MiB", "50 MiB" or "52428800"; nil for anything else.
  package static func parse(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number >= 0 else { return nil }
    let unit = text[digits.endIndex...].drop { $0 == " " }
    if unit.isEmpty { return number }
    guard let factor = units.first(where: { $0.name.lowercased() == unit.lowercased() })?.bytes else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : bytes
  }
}
