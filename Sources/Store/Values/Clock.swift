/// Invariant 7: when the clock is not believed.
enum Clock {
  /// More than a day ahead of the highest time seen, or more than five minutes behind it. 0 = nothing seen yet.
  static func isInDoubt(_ now: Int64, seen: Int64) -> Bool {
    seen != 0 && (now > seen + 86_400 || now < seen - 300)
  }
}
