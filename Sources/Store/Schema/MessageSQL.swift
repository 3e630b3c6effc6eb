import Database

/// Statements on messages: emails, derived data and placements.
enum MessageSQL {
  static let insertEmail = SQL(
    """
    INSERT INTO email (a, email, scope, hash, size, sent_at, thread, created_m, m)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?8, ?7, ?7)
    """)
  static let insertDerived = SQL(
    """
    INSERT INTO derived (a, email, version, key_id, envelope, structure, preview, subject, message_id, thread_keys,
      auth_results) VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    """)
  static let derived = SQL(
    """
    SELECT d.envelope, d.structure, d.preview, d.subject, d.message_id, d.thread_keys, e.sent_at,
      d.auth_results, e.thread
    FROM derived d JOIN email e ON e.a = d.a AND e.email = d.email WHERE d.a = ?1 AND d.email = ?2
    """)
  static let listing = SQL("SELECT envelope, structure FROM derived WHERE a = ?1 AND email = ?2")
  static let location = SQL(
    """
    SELECT b.segment, b.off, b.len, b.raw_len, b.codec FROM email e JOIN blob b ON b.scope = e.scope AND b.hash = e.hash
    WHERE e.a = ?1 AND e.email = ?2
    """)
  static let listings = SQL(
    "SELECT email, envelope, structure FROM derived WHERE a = ?1 AND email BETWEEN ?2 AND ?3 ORDER BY email")
  static let locations = SQL(
    """
    SELECT e.email, b.segment, b.off, b.len, b.raw_len, b.codec
    FROM email e JOIN blob b ON b.scope = e.scope AND b.hash = e.hash
    WHERE e.a = ?1 AND e.email BETWEEN ?2 AND ?3 ORDER BY e.email
    """)
  static let threadOfKey = SQL("SELECT thread FROM thread_key WHERE a = ?1 AND key = ?2")
  static let insertThreadKey = SQL(
    "INSERT INTO thread_key (a, key, thread) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
  static let emailsOfThread = SQL("SELECT email FROM email WHERE a = ?1 AND thread = ?2 ORDER BY email")
  static let emailBlob = SQL("SELECT scope, hash, size FROM email WHERE a = ?1 AND email = ?2")
  static let deleteEmail = SQL("DELETE FROM email WHERE a = ?1 AND email = ?2")
  static let deleteDerived = SQL("DELETE FROM derived WHERE a = ?1 AND email = ?2")

  /// Derived data made anew; the thread stays what it was when there was one (RFC 8474 §5.2).
  static let setDerived = SQL(
    """
    INSERT INTO derived (a, email, version, key_id, envelope, structure, preview, subject, message_id, thread_keys)
    VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT (a, email) DO UPDATE SET version = ?3, envelope = ?4, structure = ?5, preview = ?6, subject = ?7,
      message_id = ?8, thread_keys = ?9
    """)
  static let setSent = SQL("UPDATE email SET sent_at = ?3, thread = coalesce(thread, ?4) WHERE a = ?1 AND email = ?2")
  static let emailThread = SQL("SELECT thread FROM email WHERE a = ?1 AND email = ?2")
  static let placesOfEmail = SQL(
    "SELECT mbox, uid, flags, size, idate FROM placement WHERE a = ?1 AND email = ?2 ORDER BY mbox, uid")

  static let insertPlacement = SQL(
    """
    INSERT INTO placement (a, mbox, uid, email, item, flags, m, created_m, size, idate, saved_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10)
    """)
  /// Columns in the order that `MessageRecord.init(row:)` reads.
  static let table = SQL(
    """
    SELECT uid, flags, m, size, idate, saved_at, email, item FROM placement WHERE a = ?1 AND mbox = ?2 ORDER BY uid
    """)
  /// ?5 = bits that must all be set, 0 = no matter.
  static let range = SQL(
    """
    SELECT uid, flags, m, size, idate, saved_at, email, item FROM placement
    WHERE a = ?1 AND mbox = ?2 AND uid BETWEEN ?3 AND ?4 AND (flags & ?5) = ?5 ORDER BY uid
    """)
  static let uidOfItem = SQL("SELECT mbox, uid FROM placement WHERE a = ?1 AND item = ?2")
  /// Too new for `unchangedSince`.
  static let newer = SQL(
    "SELECT uid FROM placement WHERE a = ?1 AND mbox = ?2 AND uid BETWEEN ?3 AND ?4 AND m > ?5 ORDER BY uid")
  /// What `setFlags` with the same parameters will change, and to what. (RETURNING would be one statement less, and slower.)
  static let flagsToSet = SQL(
    """
    SELECT uid, (flags & ?5) | ?6 FROM placement
    WHERE a = ?1 AND mbox = ?2 AND uid BETWEEN ?3 AND ?4 AND m <= ?7 AND flags <> ((flags & ?5) | ?6) ORDER BY uid
    """)
  /// New flags = (flags & ?5) | ?6; only rows that really change and are not newer than ?7 get modseq ?8.
  static let setFlags = SQL(
    """
    UPDATE placement SET flags = (flags & ?5) | ?6, m = ?8
    WHERE a = ?1 AND mbox = ?2 AND uid BETWEEN ?3 AND ?4 AND m <= ?7 AND flags <> ((flags & ?5) | ?6)
    """)
  static let insertGone = SQL(
    """
    INSERT INTO gone (a, mbox, uid, email, item, flags, gone_m, gone_at, cause, member, idate, saved_at, extra)
    SELECT a, mbox, uid, email, item, flags, ?6, ?7, ?8, NULL, idate, saved_at, extra FROM placement
    WHERE a = ?1 AND mbox = ?2 AND uid BETWEEN ?3 AND ?4 AND (flags & ?5) = ?5
    """)
  static let deletePlacements = SQL(
    "DELETE FROM placement WHERE a = ?1 AND mbox = ?2 AND uid BETWEEN ?3 AND ?4 AND (flags & ?5) = ?5")
  static let insertVanished = SQL(
    "INSERT INTO vanished (a, mbox, m, uid_lo, uid_hi) VALUES (?1, ?2, ?3, ?4, ?5)")
  static let vanished = SQL(
    "SELECT uid_lo, uid_hi FROM vanished WHERE a = ?1 AND mbox = ?2 AND m > ?3 ORDER BY uid_lo")
  static let sentCopy = SQL("SELECT item, at FROM sent_copy WHERE a = ?1 AND identity = ?2")
  static let noteSentCopy = SQL(
    """
    INSERT INTO sent_copy (a, identity, item, at) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (a, identity) DO UPDATE SET item = excluded.item, at = excluded.at
    """)
  static let forgetSentCopies = SQL("DELETE FROM sent_copy WHERE a = ?1 AND at <= ?2")

  static let all = [
    sentCopy, noteSentCopy, forgetSentCopies, insertEmail, insertDerived, derived, listing, listings, location,
    locations, emailBlob,
    deleteEmail, deleteDerived, insertPlacement,
    table,
    range,
    uidOfItem, newer, flagsToSet, setFlags, insertGone, deletePlacements, insertVanished, vanished,
    threadOfKey, insertThreadKey, emailsOfThread, following, newestEmail, hasEmail, setDerived, setSent, placesOfEmail,
    emailThread,
  ]
}
