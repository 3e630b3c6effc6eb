import Database

/// Statements on removed mail, on blobs that nothing names and on segments.
enum CollectionSQL {
  // MARK: Removed mail

  static let expired = SQL(
    "SELECT a, mbox, uid, email, item FROM gone WHERE gone_at < ?1 ORDER BY gone_at LIMIT ?2")
  /// What POP removed for good (`GoneCause.discarded`) does not wait.
  static let discarded = SQL("SELECT a, mbox, uid, email, item FROM gone WHERE cause = 7 LIMIT ?1")
  /// Oldest first, with what goes with each row: its email's size, if this is the last that names it (0 where the mail lives elsewhere or
  /// was removed again later). Cause 9: set aside until its account is whole again.
  static let oldest = SQL(
    """
    SELECT g.a, g.mbox, g.uid, g.email, g.item,
      CASE WHEN EXISTS (SELECT 1 FROM placement p WHERE p.a = g.a AND p.email = g.email)
        OR EXISTS (SELECT 1 FROM gone h WHERE h.a = g.a AND h.email = g.email AND (h.gone_at > g.gone_at
          OR h.gone_at = g.gone_at AND (h.mbox > g.mbox OR h.mbox = g.mbox AND h.uid > g.uid)))
      THEN 0 ELSE e.size END
    FROM gone g JOIN email e ON e.a = g.a AND e.email = g.email WHERE g.cause <> 9
    ORDER BY g.gone_at, g.mbox, g.uid LIMIT ?1
    """)
  static let oldestOfAccount = SQL(
    """
    SELECT g.a, g.mbox, g.uid, g.email, g.item,
      CASE WHEN EXISTS (SELECT 1 FROM placement p WHERE p.a = g.a AND p.email = g.email)
        OR EXISTS (SELECT 1 FROM gone h WHERE h.a = g.a AND h.email = g.email AND (h.gone_at > g.gone_at
          OR h.gone_at = g.gone_at AND (h.mbox > g.mbox OR h.mbox = g.mbox AND h.uid > g.uid)))
      THEN 0 ELSE e.size END
    FROM gone g JOIN email e ON e.a = g.a AND e.email = g.email WHERE g.a = ?1 AND g.cause <> 9
    ORDER BY g.gone_at, g.mbox, g.uid
    """)
  static let letGo = SQL("UPDATE gone SET cause = ?3 WHERE a = ?1 AND cause = ?2")
  static let deleteGone = SQL("DELETE FROM gone WHERE a = ?1 AND mbox = ?2 AND uid = ?3")
  static let isNamed = SQL(
    """
    SELECT 1 WHERE EXISTS (SELECT 1 FROM placement WHERE a = ?1 AND email = ?2)
      OR EXISTS (SELECT 1 FROM gone WHERE a = ?1 AND email = ?2)
    """)
  static let deleteTodo = SQL("DELETE FROM search_todo WHERE a = ?1 AND email = ?2")
  static let deadMailboxes = SQL(
    """
    SELECT a, mbox FROM mailbox m WHERE deleted_at < ?1
      AND NOT EXISTS (SELECT 1 FROM gone g WHERE g.a = m.a AND g.mbox = m.mbox) LIMIT 1000
    """)
  static let deleteMailbox = SQL("DELETE FROM mailbox WHERE a = ?1 AND mbox = ?2 AND deleted_m IS NOT NULL")
  static let deleteKeywords = SQL("DELETE FROM keyword WHERE a = ?1 AND mbox = ?2")
  static let deleteVanished = SQL("DELETE FROM vanished WHERE a = ?1 AND mbox = ?2")
  static let longVanished = SQL("SELECT a, mbox FROM vanished GROUP BY a, mbox HAVING count(*) > ?1")
  /// Of what vanished before all that can come back: how many rows, the last modseq, the range of UIDs.
  static let oldVanished = SQL(
    """
    SELECT count(*), coalesce(max(m), 0), coalesce(min(uid_lo), 0), coalesce(max(uid_hi), 0) FROM vanished
    WHERE a = ?1 AND mbox = ?2
      AND m < coalesce((SELECT min(gone_m) FROM gone WHERE a = ?1 AND mbox = ?2), 9223372036854775807)
    """)
  static let deleteOldVanished = SQL("DELETE FROM vanished WHERE a = ?1 AND mbox = ?2 AND m <= ?3")
  static let settleGone = SQL("UPDATE gone SET gone_at = ?1 WHERE gone_at > ?2 AND gone_at < ?1")
  static let settleMailboxes = SQL("UPDATE mailbox SET deleted_at = ?1 WHERE deleted_at > ?2 AND deleted_at < ?1")
  static let limits = SQL("SELECT a, byte_limit FROM account_state")

  // MARK: Blobs

  static let insertUnnamed = SQL("INSERT INTO unnamed (scope, hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
  static let unnameAccount = SQL(
    "INSERT INTO unnamed (scope, hash) SELECT DISTINCT scope, hash FROM email WHERE a = ?1 ON CONFLICT DO NOTHING")
  static let unnamed = SQL("SELECT scope, hash FROM unnamed LIMIT ?1")
  static let deleteUnnamed = SQL("DELETE FROM unnamed WHERE scope = ?1 AND hash = ?2")
  static let names = SQL("SELECT scope, hash FROM email UNION ALL SELECT scope, hash FROM queue")

  // MARK: Segments

  static let usedBySegment = SQL("SELECT segment, count(*), sum(len) FROM blob GROUP BY segment")
  static let relocate = SQL(
    """
    UPDATE blob SET segment = ?5, off = ?6, len = ?7, codec = ?8
    WHERE scope = ?1 AND hash = ?2 AND segment = ?3 AND off = ?4
    """)
  static let place = SQL("SELECT segment, off, len, raw_len, codec FROM blob WHERE scope = ?1 AND hash = ?2")
  static let hasEmail = SQL("SELECT 1 FROM email WHERE a = ?1 AND email = ?2")
  static let setSegment = SQL(
    "INSERT INTO segment (number, state, used) VALUES (?1, ?2, ?3) ON CONFLICT (number) DO UPDATE SET state = ?2")
  static let segments = SQL("SELECT number, state, used FROM segment")
  static let recent = SQL("SELECT segment, recent_segment, synced FROM lane_state WHERE id = 1")

  static let all = [
    expired, discarded, oldest, oldestOfAccount, letGo, deleteGone, isNamed, deleteTodo, deadMailboxes,
    deleteMailbox, settleGone, settleMailboxes,
    deleteKeywords, deleteVanished, longVanished, oldVanished, deleteOldVanished, limits, insertUnnamed, unnameAccount,
    unnamed, deleteUnnamed, names,
    usedBySegment, relocate, place, hasEmail, setSegment, segments, recent,
  ]
}
