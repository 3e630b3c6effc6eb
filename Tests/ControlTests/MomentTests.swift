import Testing

@testable import Control

@Suite struct MomentTests {
  private static let now: Int64 = 1_796_000_000

  @Test(
    arguments: [
      ("@1796000000", 1_796_000_000), ("@0", 0), ("now", 1_796_000_000), ("2 hours ago", 1_795_992_800),
      ("قبل ٣ أيام", 1_795_740_800),
      ("2026-11-28T17:00:00Z", 1_795_885_200), ("2026-11-28 17:00 Z", 1_795_885_200),
      ("2026-11-28T17:00:00z", 1_795_885_200),
      ("2026-11-28 17:00:00+02:00", 1_795_878_000), ("2026-11-28 17:00 +0200", 1_795_878_000),
      ("2026-11-28 17:00-05", 1_795_903_200), ("٢٠٢٦-١١-٢٨ ١٧:٠٠ +0200", 1_795_878_000),
      ("2028-02-29 00:00Z", 1_835_395_200),
    ] as [(String, Int64)])
  func whatIsAMoment(_ text: String, _ seconds: Int64) {
    #expect(Moment.parse(text, now: Self.now) == seconds)
  }

  /// Without a zone it is that of this machine.
  @Test func localTimes() {
    let day = Moment.parse("2026-11-28", now: Self.now)
    #expect(day.map { $0 + 17 * 3_600 + 30 } == Moment.parse("2026-11-28T17:00:30", now: Self.now))
    let today = Moment.parse("today", now: Self.now)
    #expect(today != nil && Moment.parse("yesterday 0:00", now: Self.now).map { $0 + 86_400 } == today)
  }

  @Test(arguments: [
    "", "@", "@-5", "@+5", "@12x", "17:00", "last monday", "2026-02-31 10:00", "2027-02-29 00:00Z",
    "2026-11-28 17:xx:30",
    "2026-11-28 17", "2026-11-28 17:00:", "2026-11-28 +17:00", "2026-11-28 24:00", "2026-11-28 17:00 PM",
    "2026-11-28 17:00 5",
    "2026-xx-11-28", "2026-11-28-1", "2026-11-28 17:00:00+2:0:0", "2026-11-28 17:00+99", "2026-11-28 17:00+02:60",
    "2026-11-28 17:00:00ZZ", "yesterday 17:00 +02:00", "2026-11-28 17:00 + 02", "2026-11-28 17:00 UTC",
  ])
  func whatIsNone(_ text: String) {
    #expect(Moment.parse(text, now: Self.now) == nil)
  }
}
