import Glibc

/// An IPv4 or IPv6 address in its text form, checked by the C library.
struct NumericAddress {
  /// The address's octets: 4 or 16.
  let octets: [UInt8]

  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      octets = withUnsafeBytes(of: &four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      octets = withUnsafeBytes(of: &six) { Array($0) }
    } else {
      return nil
    }
  }

  var bits: Int { octets.count * 8 }
}
