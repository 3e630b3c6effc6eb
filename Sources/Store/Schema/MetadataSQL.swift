import Database

/// Statements on annotations. mbox 0 = the server; who 0 = shared, else the account whose private entry it is.
enum MetadataSQL {
  static let read = SQL(
    "SELECT entry, value FROM metadata WHERE a = ?1 AND mbox = ?2 AND (who = 0 OR who = ?3) ORDER BY entry")
  static let everybodys = SQL("SELECT who, entry, value FROM metadata WHERE a = ?1 AND mbox = ?2 ORDER BY who, entry")
  static let put = SQL(
    """
    INSERT INTO metadata (a, mbox, who, entry, value) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (a, mbox, who, entry) DO UPDATE SET value = excluded.value
    """)
  static let remove = SQL("DELETE FROM metadata WHERE a = ?1 AND mbox = ?2 AND who = ?3 AND entry = ?4")
  static let removeAll = SQL("DELETE FROM metadata WHERE a = ?1 AND mbox = ?2")
  static let copy = SQL(
    """
    INSERT INTO metadata (a, mbox, who, entry, value)
    SELECT a, ?3, who, entry, value FROM metadata WHERE a = ?1 AND mbox = ?2
    """)

  static let all = [read, everybodys, put, remove, removeAll, copy]
}
