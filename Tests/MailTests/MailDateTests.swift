import Mail
import Testing

@Suite struct MailDateTests {
  @Test(
    arguments: [
      ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706, -360),
      ("21 Nov 1997 09:55:06 -0600", 880_127_706, -360),
      ("Fri, 21 Nov 1997 09:55 -0600", 880_127_700, -360),
      // RFC 5322 appendix A.5, A.6.2
      (
        "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
        -27_723_480, -210
      ),
      ("21 Nov 97 09:55:06 GMT", 880_106_106, 0),
      ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", nil, 0),
      ("Thu, 1 Jan 1970 00:00:00 +0000", 0, 0), ("1 Jan 70 0:00:00 +0000", 0, 0),
      ("Wed, 31 Dec 1969 23:59:59 +0000", -1, 0),
      ("1 Jan 100 00:00:00 +0000", 946_684_800, 0),
      ("1 Jan 49 00:00 EST", 2_493_090_000, -300), ("1 Jan 2000 00:00:00 PDT", 946_710_000, -420),
      ("1 Jan 2000 00:00:00 Z", 946_684_800, 0), ("1 Jan 2000 00:00:00 UT", 946_684_800, 0),
      ("1 Jan 2000 00:00:00 A", 946_684_800, 0), ("1 Jan 2000 00:00:00 CEST", 946_684_800, 0),
      ("1 Jan 2000 00:00:00", 946_684_800, 0), ("1 Jan 2000 00:00:00 -0000", 946_684_800, 0),
      // Leap second and leap days.
      ("31 Dec 2016 23:59:60 +0000", 1_483_228_800, 0), ("29 Feb 2000 12:00:00 +0000", 951_825_600, 0),
      ("29 Feb 2001 12:00:00 +0000", nil, 0), ("29 Feb 1900 12:00:00 +0000", nil, 0),
      // Seen in the wild.
      ("Tue Nov  3 10:00:00 2026", 1_793_700_000, 0), ("Tue Nov  3 10:00:00 EST 2026", 1_793_718_000, -300),
      ("3-Nov-2026 10:00:00 +0000", 1_793_700_000, 0), ("Tue,03 Nov 2026 10:00:00 +0000", 1_793_700_000, 0),
      ("Tue, Nov 3, 2026 10:00:00 +0000", 1_793_700_000, 0), ("3 November 2026 10:00:00 +0100", 1_793_696_400, 60),
      ("Tue, 03 Nov 2026 10:00:00 +01:00", 1_793_696_400, 60), ("Tue, 03 Nov 2026 10:00:00 GMT+1", 1_793_696_400, 60),
      ("Tue, 03 Nov 2026 10:00:00.5 +0100", 1_793_696_400, 60), ("Tue, 03 Nov 2026 10:00:00+0100", 1_793_696_400, 60),
      ("tue, 03 NOV 2026 10:00:00 gmt", 1_793_700_000, 0),
      // Refused.
      ("", nil, 0), ("x", nil, 0), ("Fri, 21 Nov 1997", nil, 0), ("32 Nov 1997 09:55:06 -0600", nil, 0),
      ("21 Nov 1997 24:00:00 +0000", nil, 0), ("21 Nov 1997 23:60:00 +0000", nil, 0),
      ("21 Nov 1997 23:59:61 +0000", nil, 0),
      ("0 Nov 1997 09:55:06 +0000", nil, 0), ("21 Foo 1997 09:55:06 +0000", nil, 0), ("2026-11-21T03:40:00Z", nil, 0),
      ("99999999999999999999 Nov 1997 09:55:06 +0000", nil, 0), ("1 Jan 2000 00:00:00 +9999", 946_684_800, 0),
    ] as [(String, Int64?, Int)])
  func parse(text: String, seconds: Int64?, zone: Int) {
    let date = MailDate.parse(Array(text.utf8))
    #expect(date?.seconds == seconds)
    if seconds != nil { #expect(date?.zoneMinutes == zone) }
  }

  @Test func text() {
    #expect(MailDate(seconds: 880_127_706, zoneMinutes: -360).text == "Fri, 21 Nov 1997 09:55:06 -0600")
    #expect(MailDate(seconds: 0).text == "Thu, 1 Jan 1970 00:00:00 +0000")
    #expect(MailDate(seconds: -27_723_480, zoneMinutes: -210).text == "Thu, 13 Feb 1969 23:32:00 -0330")
    for seconds in [Int64.min, -1, .max] { _ = MailDate(seconds: seconds, zoneMinutes: -.max).text }
  }

  @Test func roundTrip() {
    var seconds: Int64 = -62_000_000_000
    while seconds < 250_000_000_000 {
      let date = MailDate(seconds: seconds, zoneMinutes: Int(seconds % 1440) / 2)
      #expect(MailDate.parse(Array(date.text.utf8)) == date)
      seconds += 1_234_567_891
    }
  }

  @Test func civil() {
    for days in stride(from: -1_000_000, through: 3_000_000, by: 997) {
      let date = CivilDate(daysSinceEpoch: days)
      #expect(date.isValid && date.daysSinceEpoch == days)
    }
    #expect(CivilDate(year: 1970, month: 1, day: 1).weekday == 4)
    #expect(CivilDate(year: 2026, month: 11, day: 21).weekday == 6)
    _ = CivilDate(daysSinceEpoch: .max)
    _ = CivilDate(daysSinceEpoch: .min)
    _ = CivilDate(year: .max, month: 12, day: 31).daysSinceEpoch
    _ = CivilDate(year: .min, month: 1, day: 1).daysSinceEpoch
  }
}
