/// A date of the proleptic Gregorian calendar and its day number: the arithmetic that every date format needs.
public struct CivilDate: Hashable, Sendable {
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int

  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date `days` after 1970-01-01 (negative: before), for days within ±10^9.
  public init(daysSinceEpoch days: Int) {
    // Years start in March, so that the leap day is the last; eras are 400 years of 146,097 days.
    let shifted = max(-1_000_000_000, min(1_000_000_000, days)) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    self.day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    self.month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01, for years within ±10^6; a day outside its month is counted on, a month is brought into 1…12.
  public var daysSinceEpoch: Int {
    let month = max(1, min(12, self.month))
    let day = max(-1_000_000, min(1_000_000, self.day))
    let year = max(-1_000_000, min(1_000_000, self.year)) - (month <= 2 ? 1 : 0)
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let marchMonth = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// 0 for Sunday to 6 for Saturday.
  public var weekday: Int { ((daysSinceEpoch + 4) % 7 + 7) % 7 }

  /// True when month and day exist.
  public var isValid: Bool { (1...12).contains(month) && day >= 1 && day <= CivilDate.days(inMonth: month, of: year) }

  /// 28 to 31; 0 for a month outside 1 to 12.
  public static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    case 1...12: 31
    default: 0
    }
  }

  /// "Jan" to "Dec".
  public static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  /// "Sun" to "Sat".
  public static let weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

  /// The month whose three-letter English name begins `bytes[range]`, case ignored, or nil.
  public static func month(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard range.count >= 3 else { return nil }
    let first = range.lowerBound
    for (index, name) in monthNames.enumerated() {
      if ASCII.equal(bytes, first..<first + 3, Array(name.utf8)) { return index + 1 }
    }
    return nil
  }
}
