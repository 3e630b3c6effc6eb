internal import Glibc

/// A moment as people write it: "yesterday 17:00", "today 9:30", "2026-11-20 17:00", "2 hours ago", "3 days ago", "أمس 17:00".
/// In the time zone of this machine, or of the one behind a date and time: "2026-11-20T17:00:00Z", "2026-11-20 17:00 +03:00".
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
    if first.hasPrefix("@"), words.count == 1 { return number(first.dropFirst(), most: 12) }
    if first == "now" || first == "الآن", words.count == 1 { return now }
    if let ago = ago(words, now) { return ago }
    var moment = time_t(now)
    var parts = tm()
    localtime_r(&moment, &parts)
    var day: Int32?
    if yesterday.contains(first) {
      parts.tm_mday -= 1
    } else if !today.contains(first) {
      guard let numbers = numbers(first, "-"), numbers.count == 3, (1970...9999).contains(numbers[0]),
        (1...12).contains(numbers[1]), (1...31).contains(numbers[2])
      else { return nil }
      (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
      day = numbers[2]
    }
    words.removeFirst()
    if words.count == 2, let sign = words[1].first, "z+-".contains(sign) { words = [words.joined()] }
    guard words.count <= 1 else { return nil }
    let text = words.first ?? "0:00"
    let end = text.firstIndex { "z+-".contains($0) } ?? text.endIndex
    guard let time = numbers(text[..<end], ":"), (2...3).contains(time.count), (0...23).contains(time[0]),
      time.dropFirst().allSatisfy({ (0...59).contains($0) })
    else { return nil }
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (time[0], time[1], time.count > 2 ? time[2] : 0)
    if end == text.endIndex {
      parts.tm_isdst = -1
      let made = mktime(&parts)
      // mktime makes 3 March of 31 February.
      return made != -1 && (day == nil || day == parts.tm_mday) ? Int64(made) : nil
    }
    // Which day today is depends on the zone.
    guard let day, let zone = zone(text[end...]) else { return nil }
    let made = Int64(timegm(&parts))
    return parts.tm_mday == day ? made - zone : nil
  }

  /// "Z", "+03:00", "+0300", "-5": seconds east of UTC.
  private static func zone(_ text: Substring) -> Int64? {
    if text == "z" { return 0 }
    let digits = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    let parts = digits.count == 1 && digits[0].count == 4 ? [digits[0].prefix(2), digits[0].suffix(2)] : digits
    guard parts.count <= 2, let hours = number(parts[0], most: 2), hours < 24,
      let minutes = parts.count == 2 ? number(parts[1], most: 2) : 0, minutes < 60
    else { return nil }
    return (hours * 3_600 + minutes * 60) * (text.first == "-" ? -1 : 1)
  }

  private static func numbers(_ text: some StringProtocol, _ separator: Character) -> [Int32]? {
    var numbers: [Int32] = []
    for part in text.split(separator: separator, omittingEmptySubsequences: false) {
      guard let number = number(part, most: 4) else { return nil }
      numbers.append(Int32(number))
    }
    return numbers
  }

  /// Nothing but digits.
  private static func number(_ text: some StringProtocol, most: Int) -> Int64? {
    guard (1...most).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int64(text)
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
