/// A point in time with the zone it was written in (RFC 5322 §3.3).
public struct MailDate: Hashable, Sendable {
  /// Seconds since 1970-01-01 00:00 UTC.
  public var seconds: Int64
  /// Minutes east of UTC, -1439 to 1439.
  public var zoneMinutes: Int

  public init(seconds: Int64, zoneMinutes: Int = 0) {
    self.seconds = seconds
    self.zoneMinutes = max(-1439, min(1439, zoneMinutes))
  }

  /// The time in its zone, or nil where a field is outside its range; second 60 is taken as the next minute.
  public init?(date: CivilDate, hour: Int, minute: Int, second: Int, zoneMinutes: Int) {
    guard date.isValid, (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second),
      (-1439...1439).contains(zoneMinutes), (-9999...9999).contains(date.year)
    else { return nil }
    let ofDay = hour * 3600 + minute * 60 + second - zoneMinutes * 60
    self.seconds = Int64(date.daysSinceEpoch * 86_400 + ofDay)
    self.zoneMinutes = zoneMinutes
  }

  /// Calendar date and time of day in the date's own zone, for years within ±9999.
  public var civil: (date: CivilDate, hour: Int, minute: Int, second: Int) {
    let bounded = max(-377_705_116_800, min(253_402_300_799, seconds))
    let local = Int(bounded) + zoneMinutes * 60
    let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
    let ofDay = local - day * 86_400
    return (CivilDate(daysSinceEpoch: day), ofDay / 3600, ofDay / 60 % 60, ofDay % 60)
  }

  /// "Sat, 21 Nov 2026 03:40:00 +0000" (RFC 5322 §3.3).
  public var text: String {
    let (date, hour, minute, second) = civil
    let weekday = CivilDate.weekdayNames[date.weekday]
    let month = CivilDate.monthNames[date.month - 1]
    return "\(weekday), \(date.day) \(month) \(MailDate.pad(date.year, 4)) \(MailDate.pad(hour, 2)):"
      + "\(MailDate.pad(minute, 2)):\(MailDate.pad(second, 2)) \(zoneText)"
  }

  /// "+0300".
  public var zoneText: String {
    (zoneMinutes < 0 ? "-" : "+") + MailDate.pad(abs(zoneMinutes) / 60, 2) + MailDate.pad(abs(zoneMinutes) % 60, 2)
  }

  /// A number with leading zeros.
  static func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(max(0, number))
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
