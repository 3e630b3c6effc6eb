/// A day without a time or a zone, as SEARCH gives it.
public struct CalendarDate: Hashable, Sendable, Comparable {
  public let year: Int
  public let month: Int
  public let day: Int

  /// Nil when there is no such day in the Gregorian calendar.
  public init?(year: Int, month: Int, day: Int) {
    guard (0...9_999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    guard day <= Self.days(inMonth: month, of: year) else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day on which an instant falls at a zone offset in minutes.
  public init(secondsSinceEpoch: Int64, zoneMinutes: Int = 0) {
    let days = Self.floorDivide(secondsSinceEpoch + Int64(zoneMinutes) * 60, 86_400)
    // Civil-from-days over 400-year eras that start on 1 March.
    let shifted = days + 719_468
    let era = Self.floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
  }

  /// Midnight of the day in UTC, in seconds since 1970.
  public var secondsSinceEpoch: Int64 {
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let era = Self.floorDivide(shiftedYear, 400)
    let yearOfEra = shiftedYear - era * 400
    let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86_400
  }

  public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  static let monthNames: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func month(named octets: ArraySlice<UInt8>) -> Int? {
    guard octets.count == 3 else { return nil }
    let found = monthNames.firstIndex { name in
      name.withUTF8Buffer { $0.elementsEqual(octets) { OctetClass.lowercased($0) == OctetClass.lowercased($1) } }
    }
    return found.map { $0 + 1 }
  }

  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
    value >= 0 ? value / by : (value - by + 1) / by
  }
}

/// An instant with the zone it was written in: INTERNALDATE, SAVEDATE and the date-time of APPEND.
public struct InternalDate: Hashable, Sendable {
  public var secondsSinceEpoch: Int64
  /// Minutes east of UTC.
  public var zoneMinutes: Int

  public init(secondsSinceEpoch: Int64, zoneMinutes: Int = 0) {
    self.secondsSinceEpoch = secondsSinceEpoch
    self.zoneMinutes = zoneMinutes
  }

  /// The day it falls on in its own zone.
  public var day: CalendarDate { CalendarDate(secondsSinceEpoch: secondsSinceEpoch, zoneMinutes: zoneMinutes) }
}
