extension CommandReader {
  /// date: `1-Feb-1994`, quoted or not.
  mutating func date() throws(SyntaxError) -> CalendarDate {
    let isQuoted = skip(OctetClass.quote)
    let day = try digits(1...2)
    let date = try restOfDate(day: day)
    if isQuoted { try expect(OctetClass.quote, "Expected the end of a quoted date") }
    return date
  }

  /// date-time: `"17-Jul-1996 02:44:25 -0700"`, the day padded with a space.
  mutating func dateTime() throws(SyntaxError) -> InternalDate {
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
    guard hour < 24, minute < 60, second <= 60, zone % 100 < 60 else { throw error("No such time") }
    let offset = (zone / 100 * 60 + zone % 100) * (isWest ? -1 : 1)
    let local = date.secondsSinceEpoch + Int64(hour * 3_600 + minute * 60 + second)
    return InternalDate(secondsSinceEpoch: local - Int64(offset * 60), zoneMinutes: offset)
  }

  private mutating func restOfDate(day: Int) throws(SyntaxError) -> CalendarDate {
    try expect(0x2D, "Expected a hyphen in a date")
    let name = run { OctetClass.uppercased($0) >= 0x41 && OctetClass.uppercased($0) <= 0x5A }
    guard let month = CalendarDate.month(named: name) else { throw error("Expected a month") }
    try expect(0x2D, "Expected a hyphen in a date")
    let year = try digits(4...4)
    guard let date = CalendarDate(year: year, month: month, day: day) else { throw error("No such day") }
    return date
  }

  private mutating func digits(_ allowed: ClosedRange<Int>) throws(SyntaxError) -> Int {
    let octets = run(OctetClass.isDigit)
    guard allowed.contains(octets.count) else { throw error("Expected \(allowed.upperBound) digits") }
    return octets.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
