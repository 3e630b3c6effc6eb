internal import Glibc
package import MailAuth

package struct DirectoryOptions: Sendable {
  /// Lanes of the store: an account's lane is its number modulo this, unless it is given.
  package var lanes = 1
  /// What a new password's hash costs.
  package var passwordCost = PasswordCost.standard
  /// How long a password that was right need not be hashed again, in seconds.
  package var verifiedFor: Int64 = 300
  /// A device's last use is written at most this often, in seconds.
  package var lastUseEvery: Int64 = 60
  /// Makes a domain's RSA key. Tests that are not about keys make a quicker one.
  package var makeRSAKey: @Sendable () -> DKIMPrivateKey? = { DKIMPrivateKey.generateRSA2048() }
  /// Seconds since 1970 UTC.
  package var now: @Sendable () -> Int64 = { Int64(time(nil)) }

  package init() {}
}
