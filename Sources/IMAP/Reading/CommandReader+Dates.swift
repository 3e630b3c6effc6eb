internal import Mail

extension CommandReader {
  /// date: `1-Feb-1994`, quoted or not.
  mutating func date() throws(SyntaxError) -> CivilDate {
    let isQuoted = skip(OctetClass.quote)
    let day = try digits(1...2)
    let date = try restOfDate(day: day)
    if isQuoted { try expect(OctetClass.quote, "Expected the end of a quoted date") }
    return date
  }

  /// date-time: `"17-Jul-1996 02:44:25 -0700"`, the day padded with a space.
  mutating func dateTime() throws(SyntaxError) -> MailDate {
    try expect(OctetClass.quote, "Expected a date-time")
    let day: Int
    if skipSpace() {
      day = try digits(1...1)
    } else {
      // Two digits by the grammar; a client that writes one is understood.
      day = try digits(1...2)
    }
    let date = try restOfDate(day: day)
    try space()
    let hour = try digits(2...2)
    try expect(0x3A, "Expected a colon")
    let minute = try digits(2...2)
    try expect(0x3A, "Expected a colon")
    let second = try digits(2...2)
    try space()
    let isWest = skip(0x2D)
    if !isWest { try expect(0x2B, "Expected a time zone") }
    let zone = try digits(4...4)
    try expect(OctetClass.quote, "Expected the end of a date-time")
    guard zone % 100 < 60,
      let result = MailDate(
        date: date, hour: hour, minute: minute, second: second,
        zoneMinutes: (zone / 100 * 60 + zone % 100) * (isWest ? -1 : 1))
    else { throw error("No such time") }
    return result
  }

  private mutating func restOfDate(day: Int) throws(SyntaxError) -> CivilDate {
    try expect(0x2D, "Expected a hyphen in a date")
    let name = run { OctetClass.uppercased($0) >= 0x41 && OctetClass.uppercased($0) <= 0x5A }
    guard name.count == 3, let month = CivilDate.month(Array(name).span, 0..<3) else { throw error("Expected a month") }
    try expect(0x2D, "Expected a hyphen in a date")
    let year = try digits(4...4)
    let date = CivilDate(year: year, month: month, day: day)
    guard date.isValid else { throw error("No such day") }
    return date
  }

  private mutating func digits(_ allowed: ClosedRange<Int>) throws(SyntaxError) -> Int {
    let octets = run(OctetClass.isDigit)
    guard allowed.contains(octets.count) else { throw error("Expected \(allowed.upperBound) digits") }
    return octets.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
