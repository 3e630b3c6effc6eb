internal import Glibc

/// A moment as people write it: "yesterday 17:00", "today 9:30", "2026-11-20 17:00", "2 hours ago", "3 days ago", "أمس 17:00".
/// In the time zone of this machine.
enum Moment {
  private static let yesterday: Set<String> = ["yesterday", "أمس", "امس"]
  private static let today: Set<String> = ["today", "اليوم"]
  private static let units: [String: Int64] = [
    "second": 1, "seconds": 1, "minute": 60, "minutes": 60, "hour": 3_600, "hours": 3_600, "day": 86_400,
    "days": 86_400, "week": 604_800, "weeks": 604_800, "دقيقة": 60, "دقائق": 60, "ساعة": 3_600, "ساعات": 3_600,
    "يوم": 86_400, "أيام": 86_400, "ايام": 86_400, "أسبوع": 604_800, "أسابيع": 604_800,
  ]

  /// Seconds since 1970 UTC; nil for what is no moment.
  static func parse(_ text: String, now: Int64) -> Int64? {
    var words = digits(text).lowercased().replacing("t", if: text).split(whereSeparator: \.isWhitespace).map(
      String.init)
    guard let first = words.first else { return nil }
    if first.hasPrefix("@"), words.count == 1 { return Int64(first.dropFirst()) }
    if first == "now" || first == "الآن", words.count == 1 { return now }
    if let ago = ago(words, now) { return ago }
    var moment = time_t(now)
    var parts = tm()
    localtime_r(&moment, &parts)
    if yesterday.contains(first) {
      parts.tm_mday -= 1
    } else if !today.contains(first) {
      let numbers = first.split(separator: "-").compactMap { Int32($0) }
      guard numbers.count == 3, (1970...9999).contains(numbers[0]), (1...12).contains(numbers[1]),
        (1...31).contains(numbers[2])
      else { return nil }
      (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
    }
    words.removeFirst()
    guard words.count <= 1 else { return nil }
    let time = (words.first ?? "0:00").split(separator: ":").compactMap { Int32($0) }
    guard (2...3).contains(time.count), (0...23).contains(time[0]),
      time.dropFirst().allSatisfy({ (0...59).contains($0) })
    else { return nil }
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (time[0], time[1], time.count > 2 ? time[2] : 0)
    parts.tm_isdst = -1
    let made = mktime(&parts)
    return made == -1 ? nil : Int64(made)
  }

  /// "2 hours ago", "قبل 3 أيام", "منذ 3 أيام".
  private static func ago(_ words: [String], _ now: Int64) -> Int64? {
    guard words.count == 3 else { return nil }
    let isArabic = words[0] == "قبل" || words[0] == "منذ"
    guard isArabic || words[2] == "ago", let count = Int64(isArabic ? words[1] : words[0]), count >= 0, count < 1 << 32,
      let unit = units[isArabic ? words[2] : words[1]]
    else { return nil }
    return now - count * unit
  }

  /// Arabic digits as ASCII ones.
  private static func digits(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.value {
          case 0x660...0x669: UnicodeScalar(UInt8(scalar.value - 0x660 + 48))
          case 0x6F0...0x6F9: UnicodeScalar(UInt8(scalar.value - 0x6F0 + 48))
          default: scalar
          }
        }))
  }
}

extension String {
  /// "2026-11-20T17:00" as "2026-11-20 17:00".
  fileprivate func replacing(_ letter: Character, if text: String) -> String {
    guard text.count >= 13, text.dropFirst(10).first == "T" else { return self }
    return prefix(10) + " " + dropFirst(11)
  }
}
