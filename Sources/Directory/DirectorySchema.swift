internal import Database

/// The schema of directory.db, the data model's directory part. A change is a new step, never an edit of an old one.
enum DirectorySchema {
  static let steps = [
    Migration(
      version: 1,
      script: """
        CREATE TABLE domain(name TEXT PRIMARY KEY, alias_of TEXT) WITHOUT ROWID;
        -- state 0 = open, 1 = closed, 2 = closed for good. Rows stay for ever, so that no number is given out twice.
        CREATE TABLE account(
          a INTEGER PRIMARY KEY, lane INTEGER NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL,
          state INTEGER NOT NULL, created_at INTEGER NOT NULL, deleted_at INTEGER);
        -- kind 1 = the account's own (a is set), 2 = alias (its targets below). '@domain' is a catch-all.
        CREATE TABLE address(addr TEXT PRIMARY KEY, kind INTEGER NOT NULL, a INTEGER) WITHOUT ROWID;
        CREATE TABLE alias_target(
          addr TEXT NOT NULL, n INTEGER NOT NULL, target TEXT NOT NULL, PRIMARY KEY (addr, n)) WITHOUT ROWID;
        -- kind 1 = account password (device 0; secret = PHC string), 2 = device (secret = keyed SHA-256).
        -- Rows stay for ever, so that no device number is given out twice; a revoked one loses its secret.
        CREATE TABLE credential(
          a INTEGER NOT NULL, device INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, secret BLOB,
          scope INTEGER NOT NULL, created_at INTEGER NOT NULL, expires INTEGER, revoked_at INTEGER,
          pop_policy TEXT, last_use INTEGER, PRIMARY KEY (a, device)) WITHOUT ROWID;
        CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        """),
    Migration(version: 2, script: POPDirectorySchema.script),
    Migration(version: 3, script: ScramSchema.script),
    Migration(version: 4, script: domainKeys),
    Migration(version: 5, script: submission),
    Migration(version: 6, script: domainQuota + closedAliases),
  ]
}

extension DirectorySchema {
  /// The aliases that led to a closed account: they do so again when it is opened again.
  static let closedAliases = """
    CREATE TABLE closed_alias(a INTEGER NOT NULL, addr TEXT NOT NULL, PRIMARY KEY (a, addr)) WITHOUT ROWID;
    """

  /// What the accounts of a domain may keep together; NULL = no limit.
  static let domainQuota = """
    ALTER TABLE domain ADD COLUMN byte_limit INTEGER;
    ALTER TABLE domain ADD COLUMN count_limit INTEGER;
    """
}

/// Every statement of the directory, for the check that prepares them all on PostgreSQL.
enum DirectorySQL {
  static let domains = SQL("SELECT name, alias_of, byte_limit, count_limit FROM domain")
  static let accounts = SQL(
    """
    SELECT a, lane, name, created_at, sent_copy, recipients_a_day, new_recipients_a_day, highest_priority
    FROM account WHERE state = 0 ORDER BY a
    """)
  static let highestAccount = SQL("SELECT coalesce(max(a), 0) FROM account")
  static let aliasTargets = SQL(
    "SELECT t.addr, t.target FROM alias_target t JOIN address d ON d.addr = t.addr WHERE d.kind = 2 ORDER BY t.addr, t.n"
  )
  static let credentials = SQL(
    """
    SELECT c.a, c.device, c.kind, c.name, c.secret, c.scope, c.created_at, c.expires, c.last_use, c.revoked_at
    FROM credential c JOIN account o ON o.a = c.a WHERE o.state = 0 ORDER BY c.a, c.device
    """)
  static let setting = SQL("SELECT value FROM setting WHERE name = ?1")
  static let putSetting = SQL("INSERT INTO setting(name, value) VALUES (?1, ?2)")

  static let searchSettings = SQL("SELECT name, value FROM setting WHERE name LIKE 'search/%'")
  static let setSetting = SQL(
    "INSERT INTO setting(name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
  static let removeSetting = SQL("DELETE FROM setting WHERE name = ?1")

  static let addDomain = SQL("INSERT INTO domain(name, alias_of) VALUES (?1, ?2)")
  static let setDomainQuota = SQL("UPDATE domain SET byte_limit = ?2, count_limit = ?3 WHERE name = ?1")
  static let removeDomain = SQL("DELETE FROM domain WHERE name = ?1")
  static let addAccount = SQL(
    "INSERT INTO account(a, lane, domain, name, state, created_at) VALUES (?1, ?2, ?3, ?4, 0, ?5)")
  static let closeAccount = SQL("UPDATE account SET state = 1, deleted_at = ?2 WHERE a = ?1")
  static let closedAccounts = SQL(
    """
    SELECT a, lane, name, created_at, sent_copy, recipients_a_day, new_recipients_a_day, highest_priority, deleted_at
    FROM account WHERE state = 1 ORDER BY deleted_at
    """)
  static let credentialsOf = SQL(
    """
    SELECT a, device, kind, name, secret, scope, created_at, expires, last_use, revoked_at
    FROM credential WHERE a = ?1 ORDER BY device
    """)
  static let reopenAccount = SQL("UPDATE account SET state = 0, deleted_at = NULL WHERE a = ?1 AND state = 1")
  static let purgeAccount = SQL("UPDATE account SET state = 2 WHERE a = ?1 AND state = 1")
  static let keepAlias = SQL("INSERT INTO closed_alias(a, addr) VALUES (?1, ?2) ON CONFLICT (a, addr) DO NOTHING")
  static let keptAliases = SQL("SELECT addr FROM closed_alias WHERE a = ?1 ORDER BY addr")
  static let forgetAliases = SQL("DELETE FROM closed_alias WHERE a = ?1")
  /// Of any version of the file: a backup may be older than this program.
  static let owners = SQL("SELECT a, lane, name FROM account WHERE state = 0")
  static let addAddress = SQL("INSERT INTO address(addr, kind, a) VALUES (?1, 1, ?2)")
  static let putAlias = SQL("INSERT INTO address(addr, kind) VALUES (?1, 2) ON CONFLICT (addr) DO NOTHING")
  static let addTarget = SQL("INSERT INTO alias_target(addr, n, target) VALUES (?1, ?2, ?3)")
  static let removeTargets = SQL("DELETE FROM alias_target WHERE addr = ?1")
  static let removeAddress = SQL("DELETE FROM address WHERE addr = ?1")
  static let putPassword = SQL(
    """
    INSERT INTO credential(a, device, kind, name, secret, scope, created_at) VALUES (?1, 0, 1, '', ?2, 7, ?3)
    ON CONFLICT (a, device) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
    """)
  static let addDevice = SQL(
    """
    INSERT INTO credential(a, device, kind, name, secret, scope, created_at, expires)
    VALUES (?1, ?2, 2, ?3, ?4, ?5, ?6, ?7)
    """)
  static let revokeDevice = SQL("UPDATE credential SET revoked_at = ?3, secret = NULL WHERE a = ?1 AND device = ?2")
  static let revokeAll = SQL(
    "UPDATE credential SET revoked_at = ?2, secret = NULL WHERE a = ?1 AND revoked_at IS NULL")
  static let setLastUse = SQL("UPDATE credential SET last_use = ?3 WHERE a = ?1 AND device = ?2")

  static let all =
    [
      domains, accounts, highestAccount, aliasTargets, credentials, setting, putSetting, addDomain,
      setDomainQuota, removeDomain,
      addAccount, closeAccount, addAddress, putAlias, addTarget, removeTargets, removeAddress, putPassword, addDevice,
      revokeDevice, revokeAll, setLastUse, searchSettings, setSetting, removeSetting, closedAccounts, credentialsOf,
      reopenAccount, purgeAccount, keepAlias, keptAliases, forgetAliases, owners,
    ] + POPDirectorySchema.all + ScramSchema.statements + KeySQL.all + SubmissionSQL.all
}
