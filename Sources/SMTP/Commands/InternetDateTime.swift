/// The date-time of HOLDUNTIL: RFC 4865 §3 takes it from RFC 3339 §5.6.
enum InternetDateTime {
  /// `2026-11-21T10:00:00Z` or with `+hh:mm`, fractions of a second dropped, as seconds since 1970 UTC.
  static func seconds(_ line: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard range.count >= 20, let year = line.number(start..<start + 4, digits: 4),
      let month = line.number(start + 5..<start + 7, digits: 2),
      let day = line.number(start + 8..<start + 10, digits: 2),
      let hour = line.number(start + 11..<start + 13, digits: 2),
      let minute = line.number(start + 14..<start + 16, digits: 2),
      let second = line.number(start + 17..<start + 19, digits: 2),
      line[start + 4] == UInt8(ascii: "-"), line[start + 7] == UInt8(ascii: "-"),
      line[start + 10].uppercased == UInt8(ascii: "T"), line[start + 13] == UInt8(ascii: ":"),
      line[start + 16] == UInt8(ascii: ":"), (1...12).contains(month), day >= 1, day <= days(in: month, of: year),
      hour <= 23, minute <= 59, second <= 60
    else { return nil }
    var at = start + 19
    if line[at] == .dot {
      at += 1
      let fraction = at
      while at < range.upperBound, line[at].isDigit { at += 1 }
      guard at > fraction, at < range.upperBound else { return nil }
    }
    guard let offset = zoneOffset(line, at..<range.upperBound) else { return nil }
    let time = Int64(hour * 3600 + minute * 60 + second)
    return daysSinceEpoch(year, month, day) * 86_400 + time - Int64(offset) * 60
  }

  /// Minutes east of UTC.
  private static func zoneOffset(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    if range.count == 1, line[range.lowerBound].uppercased == UInt8(ascii: "Z") { return 0 }
    let start = range.lowerBound
    guard range.count == 6, line[start + 3] == UInt8(ascii: ":"),
      let hours = line.number(start + 1..<start + 3, digits: 2),
      let minutes = line.number(start + 4..<start + 6, digits: 2), hours <= 23, minutes <= 59
    else { return nil }
    switch line[start] {
    case UInt8(ascii: "+"): return hours * 60 + minutes
    case UInt8(ascii: "-"): return -(hours * 60 + minutes)
    default: return nil
    }
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01 in the proleptic Gregorian calendar; the year is taken to begin in March, so that the leap day is last.
  private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let monthFromMarch = (month + 9) % 12
    let daysBeforeYear = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400
    let daysBeforeMonth = (153 * monthFromMarch + 2) / 5
    return Int64(daysBeforeYear + daysBeforeMonth + day - 1 - 719_468)
  }
}
