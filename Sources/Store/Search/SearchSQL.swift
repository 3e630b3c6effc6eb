import Database

/// The tables of a lane's search index: `search.sqlite` beside `index.sqlite`. All of it can be made again from the messages, so a file
/// of another version is thrown away.
///
/// Words live in the parts' blobs, not in a full-text table of the database's dialect: the same statements do on PostgreSQL.
enum SearchSQL {
  /// Raise it when the format of a part or what is indexed changes (1 had no `bytes`).
  static let version = 2

  static let migrations = [
    Migration(
      version: version,
      script: """
        CREATE TABLE part (
          part INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER NOT NULL, size INTEGER NOT NULL, count INTEGER NOT NULL,
          bytes INTEGER NOT NULL,
          documents BLOB NOT NULL, columns BLOB NOT NULL, header BLOB NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE INDEX part_by_account ON part (a, part);
        -- Every message of the account up to this email is in a part (or cannot be read).
        CREATE TABLE reach (a INTEGER PRIMARY KEY, email INTEGER NOT NULL) STRICT;
        -- Tombstones: emails that are deleted but still in a part.
        CREATE TABLE forgotten (
          a INTEGER NOT NULL, email INTEGER NOT NULL, PRIMARY KEY (a, email)) STRICT, WITHOUT ROWID;
        """)
  ]

  static let reach = SQL("SELECT email FROM reach WHERE a = ?1")
  static let reaches = SQL("SELECT a, email FROM reach")
  static let setReach = SQL("INSERT INTO reach (a, email) VALUES (?1, ?2) ON CONFLICT (a) DO UPDATE SET email = ?2")
  static let parts = SQL("SELECT part, size, count, bytes FROM part WHERE a = ?1 ORDER BY part")
  static let whole = SQL("SELECT documents, columns, header, body FROM part WHERE part = ?1")
  static let documents = SQL("SELECT documents FROM part WHERE part = ?1")
  static let columns = SQL("SELECT columns FROM part WHERE part = ?1")
  static let header = SQL("SELECT header FROM part WHERE part = ?1")
  static let body = SQL("SELECT body FROM part WHERE part = ?1")
  static let insertPart = SQL(
    """
    INSERT INTO part (a, size, count, bytes, documents, columns, header, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    """)
  static let deletePart = SQL("DELETE FROM part WHERE part = ?1")
  static let deleteParts = SQL("DELETE FROM part WHERE a = ?1")
  static let deleteReach = SQL("DELETE FROM reach WHERE a = ?1")
  static let forget = SQL("INSERT INTO forgotten (a, email) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
  static let forgotten = SQL("SELECT email FROM forgotten WHERE a = ?1 ORDER BY email")
  static let accountsForgotten = SQL("SELECT DISTINCT a FROM forgotten")
  static let remember = SQL("DELETE FROM forgotten WHERE a = ?1 AND email = ?2")
  static let rememberAll = SQL("DELETE FROM forgotten WHERE a = ?1")
  static let counts = SQL("SELECT count(*), coalesce(sum(count), 0) FROM part")

  static let all = [
    reach, reaches, setReach, parts, whole, documents, columns, header, body, insertPart, deletePart, deleteParts,
    deleteReach, forget, forgotten, accountsForgotten, remember, rememberAll, counts,
  ]
}

extension MessageSQL {
  /// The next messages of an account and where their bytes are (NULL: nowhere).
  static let following = SQL(
    """
    SELECT e.email, b.segment, b.off, b.len, b.raw_len, b.codec
    FROM email e LEFT JOIN blob b ON b.scope = e.scope AND b.hash = e.hash
    WHERE e.a = ?1 AND e.email > ?2 ORDER BY e.email LIMIT ?3
    """)
  static let newestEmail = SQL("SELECT max(email) FROM email WHERE a = ?1")
  static let hasEmail = SQL("SELECT 1 FROM email WHERE a = ?1 AND email = ?2")
}
