import Database

/// Statements on removed mail that can come back.
enum RecoverySQL {
  /// All mailboxes, deleted ones too.
  static let mailboxes = SQL(
    "SELECT mbox, parent, name, role, deleted_at, created_m FROM mailbox WHERE a = ?1 ORDER BY mbox")
  /// Cause 2 = moved, 7 = restored: those live elsewhere. ?2 = mailbox, 0 = all (compared first with the column: PostgreSQL takes its type from there).
  static let deleted = SQL(
    """
    SELECT g.mbox, g.uid, g.email, g.item, g.flags, g.gone_at, g.cause, g.idate, g.saved_at, e.size,
      g.gone_m, d.subject
    FROM gone g JOIN email e ON e.a = g.a AND e.email = g.email
    JOIN derived d ON d.a = g.a AND d.email = g.email
    WHERE g.a = ?1 AND g.cause NOT IN (2, 7, 8) AND (g.mbox = ?2 OR ?2 = 0)
      AND NOT EXISTS (SELECT 1 FROM placement p WHERE p.a = g.a AND p.item = g.item)
    ORDER BY g.gone_m DESC, g.mbox, g.uid
    """)
  static let everyGone = SQL("SELECT a, mbox, uid, email, item FROM gone WHERE a = ?1")
  static let gone = SQL(
    """
    SELECT g.mbox, g.uid, g.email, g.item, g.flags, g.gone_at, g.cause, g.idate, g.saved_at, e.size,
      g.gone_m
    FROM gone g JOIN email e ON e.a = g.a AND e.email = g.email WHERE g.a = ?1 AND g.mbox = ?2 AND g.uid = ?3
    """)
  /// What was in the mailbox at ?3 and left it later.
  static let goneSince = SQL(
    """
    SELECT g.mbox, g.uid, g.email, g.item, g.flags, g.gone_at, g.cause, g.idate, g.saved_at, e.size,
      g.gone_m
    FROM gone g JOIN email e ON e.a = g.a AND e.email = g.email
    WHERE g.a = ?1 AND g.mbox = ?2 AND g.saved_at <= ?3 AND g.gone_at > ?3 ORDER BY g.uid
    """)
  static let setCause = SQL("UPDATE gone SET cause = ?4 WHERE a = ?1 AND mbox = ?2 AND uid = ?3")
  static let keywords = SQL("SELECT bit, name FROM keyword WHERE a = ?1 AND mbox = ?2 ORDER BY bit")
  /// The first change after ?2 that is known.
  static let firstAfter = SQL(
    """
    SELECT min(m) FROM (
      SELECT min(created_m) AS m FROM placement WHERE a = ?1 AND saved_at > ?2
      UNION ALL SELECT min(gone_m) AS m FROM gone WHERE a = ?1 AND gone_at > ?2) t
    """)
  static let recoverable = SQL(
    """
    SELECT count(*), coalesce(sum(e.size), 0) FROM gone g JOIN email e ON e.a = g.a AND e.email = g.email
    WHERE g.a = ?1 AND g.cause NOT IN (2, 7, 8)
    """)

  static let all = [mailboxes, deleted, everyGone, gone, goneSince, setCause, keywords, firstAfter, recoverable]
}
