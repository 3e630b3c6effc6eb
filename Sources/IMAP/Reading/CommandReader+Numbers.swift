extension CommandReader {
  /// number64: 0 to 2^63 - 1 (RFC 9051 §9).
  mutating func number64() throws(SyntaxError) -> UInt64 {
    let digits = run(OctetClass.isDigit)
    guard !digits.isEmpty else { throw error("Expected a number") }
    var value: UInt64 = 0
    for digit in digits {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit - 0x30))
      guard !overflow, !carry, sum <= UInt64(Int64.max) else { throw error("Number out of range") }
      value = sum
    }
    return value
  }

  /// number: 0 to 2^32 - 1.
  mutating func number() throws(SyntaxError) -> UInt32 {
    guard let value = UInt32(exactly: try number64()) else { throw error("Number out of range") }
    return value
  }

  /// nz-number: 1 to 2^32 - 1, without a leading zero.
  mutating func nzNumber() throws(SyntaxError) -> UInt32 {
    guard peek() != 0x30 else { throw error("Expected a number that is not zero") }
    return try number()
  }

  /// mod-sequence-value: 1 to 2^63 - 1 (RFC 7162 §7).
  mutating func modSequence() throws(SyntaxError) -> UInt64 {
    let value = try number64()
    guard value > 0 else { throw error("Expected a mod-sequence that is not zero") }
    return value
  }
}
