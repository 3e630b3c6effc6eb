import Testing

@testable import Store

@Suite("Dates with their zone")
struct KeptDateTests {
  @Test(arguments: [
    (0, 0), (0, 120), (0, -300), (1_174_775_400, 120), (1_174_775_400, -1439), (1_174_775_400, 1439), (-1, 0), (-1, -1),
    (-62_135_596_800, 825), (253_402_300_799, -720), (253_402_300_799, 1439),
  ])
  func survives(_ seconds: Int64, _ zone: Int) {
    let kept = KeptDate(seconds: seconds, zoneMinutes: zone)
    #expect(kept.seconds == seconds && kept.zoneMinutes == zone)
    #expect(KeptDate(rawValue: kept.rawValue) == kept)
    // What was kept before there were zones is what it was.
    #expect(zone != 0 || kept.rawValue == seconds)
  }

  @Test func outOfRange() {
    #expect(KeptDate(seconds: .max, zoneMinutes: 5_000).zoneMinutes == 1439)
    #expect(KeptDate(rawValue: .min).seconds >= -(1 << 41))
    #expect(KeptDate(rawValue: .max).seconds < 1 << 41)
  }
}
