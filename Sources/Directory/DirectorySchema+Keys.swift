internal import Database

extension DirectorySchema {
  /// Keys of domains: see `DomainKey`.
  static let domainKeys = """
    CREATE TABLE domain_key(
      domain TEXT NOT NULL, selector TEXT NOT NULL, algorithm TEXT NOT NULL, secret BLOB NOT NULL, record TEXT NOT NULL,
      created_at INTEGER NOT NULL, signs_from INTEGER NOT NULL, retires_at INTEGER,
      PRIMARY KEY (domain, selector)) WITHOUT ROWID;
    """
}

/// Statements on keys.
enum KeySQL {
  static let keys = SQL(
    """
    SELECT domain, selector, algorithm, secret, record, created_at, signs_from, retires_at FROM domain_key
    ORDER BY domain, signs_from, selector
    """)
  static let put = SQL(
    """
    INSERT INTO domain_key(domain, selector, algorithm, secret, record, created_at, signs_from, retires_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (domain, selector) DO UPDATE SET retires_at = excluded.retires_at
    """)
  static let remove = SQL("DELETE FROM domain_key WHERE domain = ?1 AND selector = ?2")

  static let all = [keys, put, remove]
}

extension Connection {
  func putKey(_ domain: String, _ key: DomainKey) throws(DatabaseFault) {
    try run(
      KeySQL.put,
      [
        .text(domain), .text(key.selector), .text(key.algorithm), .bytes(key.secret), .text(key.record),
        .int(key.createdAt), .int(key.signsFrom), .optional(key.retiresAt),
      ])
  }

  func keyRows() throws(DatabaseFault) -> [String: [DomainKey]] {
    let found = try rows(KeySQL.keys) { row in
      (
        row.text(0),
        DomainKey(
          selector: row.text(1), algorithm: row.text(2), secret: row.bytes(3), record: row.text(4),
          createdAt: row.int(5), signsFrom: row.int(6), retiresAt: row.optionalInt(7))
      )
    }
    return Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
  }
}
