/// A point in time and the zone it was given in, as one number: what APPEND said is what FETCH tells and SEARCH compares
/// (RFC 9051 §2.3.3, §6.4.4).
///
/// The number is the seconds since 1970 UTC, plus the zone's minutes times 2^42. Without a zone it is the seconds alone.
package struct KeptDate: RawRepresentable, Hashable, Sendable {
  package let rawValue: Int64

  private static let shift: Int64 = 42
  private static let half: Int64 = 1 << (shift - 1)

  package init(rawValue: Int64) { self.rawValue = rawValue }

  /// `seconds` is held to about 70,000 years around 1970, the zone to a day.
  package init(seconds: Int64, zoneMinutes: Int) {
    let zone = Int64(max(-1439, min(1439, zoneMinutes)))
    rawValue = max(-Self.half, min(Self.half - 1, seconds)) + zone << Self.shift
  }

  /// Minutes east of UTC.
  package var zoneMinutes: Int { Int((rawValue &+ Self.half) >> Self.shift) }

  package var seconds: Int64 { rawValue &- ((rawValue &+ Self.half) >> Self.shift) << Self.shift }
}
