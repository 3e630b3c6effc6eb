/// Why the directory refused a change, or could not make it. `Control` says each in words (`DirectoryError.phrase`).
package enum DirectoryError: Error, Hashable, Sendable {
  case domainInvalid(String)
  case domainExists(String)
  case domainUnknown(String)
  /// It has accounts or aliases, or another domain stands for it.
  case domainInUse(String)
  case domainIsAlias(String, of: String)

  case addressInvalid(String)
  /// `user+tag` belongs to `user` and cannot be an address of its own.
  case addressTagged(String)
  case addressTaken(String)

  case accountUnknown(String)
  /// Removing the account would leave this alias without a target.
  case accountLastTarget(String)
  case passwordTooShort(least: Int)
  /// It contains NUL or is longer than 1,024 bytes.
  case passwordInvalid

  case aliasUnknown(String)
  case aliasWithoutTarget
  case aliasTooManyTargets(limit: Int)
  /// A target at another server: refused until Barid sends mail.
  case aliasTargetElsewhere(String)
  case aliasTargetUnknown(String)
  case aliasCircle(String)

  case deviceNameInvalid(String)
  case deviceExists(String)
  case deviceUnknown(String)
  case deviceExpiryPast
  /// One device alone cannot decide in a group.
  case groupCountsAll

  /// The database at this path was written by a newer Barid.
  case newer(String)
  case damaged(String)
  case diskFull
  /// Reading or writing failed; nothing was changed.
  case fault(String)
  case closed
}
