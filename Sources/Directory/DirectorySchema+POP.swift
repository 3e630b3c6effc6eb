internal import Database

/// POP3's policies (a device's is in `credential.pop_policy`), and the recoverable secrets that APOP needs.
enum POPDirectorySchema {
  static let script = """
    ALTER TABLE account ADD COLUMN pop_policy TEXT;
    ALTER TABLE credential ADD COLUMN apop_secret BLOB;
    """

  static let accountPolicies = SQL("SELECT a, pop_policy FROM account WHERE pop_policy IS NOT NULL")
  static let devicePolicies = SQL(
    """
    SELECT a, device, pop_policy, apop_secret FROM credential
    WHERE kind = 2 AND revoked_at IS NULL AND (pop_policy IS NOT NULL OR apop_secret IS NOT NULL)
    """)
  static let setAccountPolicy = SQL("UPDATE account SET pop_policy = ?2 WHERE a = ?1")
  static let setDevicePolicy = SQL("UPDATE credential SET pop_policy = ?3 WHERE a = ?1 AND device = ?2")
  static let setSecret = SQL("UPDATE credential SET apop_secret = ?3 WHERE a = ?1 AND device = ?2")
  static let dropSecret = SQL("UPDATE credential SET apop_secret = NULL WHERE a = ?1 AND device = ?2")
  static let dropSecrets = SQL("UPDATE credential SET apop_secret = NULL WHERE a = ?1")

  static let all = [
    accountPolicies, devicePolicies, setAccountPolicy, setDevicePolicy, setSecret, dropSecret, dropSecrets,
  ]
}

extension Connection {
  /// Adds policies and secrets to what was read.
  func readPOP(into accounts: inout [AccountKey: DirectorySnapshot.Account]) throws(DatabaseFault) {
    for (key, text) in try rows(POPDirectorySchema.accountPolicies, [], { ($0.int(0), $0.optionalText(1)) }) {
      accounts[key]?.popPolicy = POPPolicy(text: text)
    }
    let found = try rows(POPDirectorySchema.devicePolicies, []) {
      ($0.int(0), $0.int(1), $0.optionalText(2), $0.optionalBytes(3))
    }
    for (key, device, text, secret) in found {
      guard let index = accounts[key]?.devices.firstIndex(where: { $0.key == device }) else { continue }
      accounts[key]?.devices[index].popPolicy = POPPolicy(text: text)
      accounts[key]?.devices[index].apopSecret = secret
    }
  }
}
