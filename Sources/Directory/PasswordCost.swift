/// What an Argon2id hash costs (RFC 9106 §3.1).
package struct PasswordCost: Hashable, Sendable {
  package var passes: UInt32
  package var kibibytes: UInt32
  package var threads: UInt32

  package init(passes: UInt32, kibibytes: UInt32, threads: UInt32 = 1) {
    self.passes = passes
    self.kibibytes = kibibytes
    self.threads = threads
  }

  /// 19 MiB, two passes: 18 ms of one core here (docs/decisions.md).
  package static let standard = PasswordCost(passes: 2, kibibytes: 19 * 1024)
}
