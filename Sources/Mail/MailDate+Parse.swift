extension MailDate {
  /// Reads a Date field's value with its obsolete forms and common mistakes, or nil (RFC 5322 §3.3, §4.3).
  ///
  /// Day name, seconds and zone may be missing; a missing or unknown zone is taken as UTC. Also accepts "Nov 21 2026"
  /// and asctime order. At most 256 bytes are read.
  public static func parse(_ bytes: Span<UInt8>) -> MailDate? {
    var fields = DateFields()
    let end = min(bytes.count, 256)
    var index = 0
    while index < end {
      HeaderLexer.skipCFWS(bytes, &index, end)
      let token = HeaderLexer.run(bytes, &index, end) { !ASCII.isFWS($0) && $0 != 0x2C && $0 != 0x28 }
      if token.isEmpty {
        index += 1
      } else {
        fields.take(bytes, token)
      }
    }
    return fields.date
  }

  /// Reads a Date field's value, or nil.
  public static func parse(_ bytes: [UInt8]) -> MailDate? { parse(bytes.span) }
}

/// What the words of a date have said so far.
private struct DateFields {
  private var day: Int?
  private var month: Int?
  private var year: Int?
  private var time: (hour: Int, minute: Int, second: Int)?
  private var zone: Int?

  mutating func take(_ bytes: Span<UInt8>, _ token: Range<Int>) {
    let first = bytes[token.lowerBound]
    if first == 0x2B || first == 0x2D, time != nil {
      if zone == nil { zone = DateFields.offset(bytes, token) }
    } else if ASCII.firstIndex(of: 0x3A, in: bytes, token) != nil, ASCII.isDigit(first) {
      if time == nil { takeTime(bytes, token) }
    } else if ASCII.isDigit(first), ASCII.firstIndex(of: 0x2D, in: bytes, token) != nil {
      takeHyphenated(bytes, token)
    } else if ASCII.isDigit(first) {
      takeNumber(bytes, token)
    } else if ASCII.isAlpha(first) {
      takeWord(bytes, token)
    }
  }

  private mutating func takeNumber(_ bytes: Span<UInt8>, _ token: Range<Int>) {
    guard token.count <= 5, let number = ASCII.number(bytes, token) else { return }
    if day == nil, token.count <= 2 {
      day = Int(number)
    } else if year == nil {
      year = DateFields.fullYear(Int(number), digits: token.count)
    }
  }

  /// RFC 5322 §4.3: two digits 00–49 are 2000–2049, 50–99 and three digits count from 1900.
  private static func fullYear(_ number: Int, digits: Int) -> Int {
    if digits <= 2 { return number < 50 ? 2000 + number : 1900 + number }
    return digits == 3 ? 1900 + number : number
  }

  private mutating func takeWord(_ bytes: Span<UInt8>, _ token: Range<Int>) {
    if time != nil, month != nil {
      if zone == nil { zone = DateFields.namedZone(bytes, token) }
    } else if month == nil, let found = CivilDate.month(bytes, token) {
      month = found
    }
  }

  /// "21-Nov-2026" and "21-Nov-26".
  private mutating func takeHyphenated(_ bytes: Span<UInt8>, _ token: Range<Int>) {
    guard day == nil, month == nil, year == nil else { return }
    var index = token.lowerBound
    let end = token.upperBound
    let dayRange = HeaderLexer.run(bytes, &index, end, ASCII.isDigit)
    index = min(index + 1, end)
    let monthRange = HeaderLexer.run(bytes, &index, end, ASCII.isAlpha)
    index = min(index + 1, end)
    let yearRange = HeaderLexer.run(bytes, &index, end, ASCII.isDigit)
    guard dayRange.count <= 2, yearRange.count <= 5, let day = ASCII.number(bytes, dayRange),
      let month = CivilDate.month(bytes, monthRange), let year = ASCII.number(bytes, yearRange)
    else { return }
    self.day = Int(day)
    self.month = month
    self.year = DateFields.fullYear(Int(year), digits: yearRange.count)
  }

  /// "3:40", "03:40:00", "03:40:00.123", with "+0100" stuck to it.
  private mutating func takeTime(_ bytes: Span<UInt8>, _ token: Range<Int>) {
    var index = token.lowerBound
    let end = token.upperBound
    var numbers: [Int] = []
    while index < end, numbers.count < 3 {
      let range = HeaderLexer.run(bytes, &index, end, ASCII.isDigit)
      guard range.count <= 2, let number = ASCII.number(bytes, range) else { return }
      numbers.append(Int(number))
      guard index < end, bytes[index] == 0x3A else { break }
      index += 1
    }
    guard numbers.count >= 2 else { return }
    time = (numbers[0], numbers[1], numbers.count > 2 ? numbers[2] : 0)
    _ = HeaderLexer.run(bytes, &index, end) { $0 != 0x2B && $0 != 0x2D }
    if index < end { zone = DateFields.offset(bytes, index..<end) }
  }

  /// "+0300", "-03:30", "+3".
  private static func offset(_ bytes: Span<UInt8>, _ token: Range<Int>) -> Int? {
    var digits: [Int] = []
    for index in token.dropFirst() where ASCII.isDigit(bytes[index]) && digits.count < 5 {
      digits.append(Int(bytes[index] &- 0x30))
    }
    let minutes: Int
    switch digits.count {
    case 1: minutes = digits[0] * 60
    case 2: minutes = (digits[0] * 10 + digits[1]) * 60
    case 3: minutes = digits[0] * 60 + digits[1] * 10 + digits[2]
    case 4: minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
    default: return nil
    }
    guard minutes < 1440 else { return 0 }
    return bytes[token.lowerBound] == 0x2D ? -minutes : minutes
  }

  /// RFC 5322 §4.3: the zones of North America; all other letters mean -0000.
  private static func namedZone(_ bytes: Span<UInt8>, _ token: Range<Int>) -> Int? {
    // "GMT+2" and "UTC-03:00" are common outside the grammar.
    for index in token where bytes[index] == 0x2B || bytes[index] == 0x2D {
      return offset(bytes, index..<token.upperBound)
    }
    guard token.count == 3 else { return token.count <= 5 ? 0 : nil }
    for (name, hours) in zones where ASCII.equal(bytes, token, name) { return hours * 60 }
    return 0
  }

  private static let zones: [(StaticString, Int)] = [
    ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7),
  ]

  var date: MailDate? {
    guard let day, let month, let year, let time else { return nil }
    return MailDate(
      date: CivilDate(year: year, month: month, day: day), hour: time.hour, minute: time.minute, second: time.second,
      zoneMinutes: zone ?? 0)
  }
}
