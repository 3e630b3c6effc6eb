import Database

/// Questions whose answer is nothing in a sound lane. Each row is a mistake: account (or 0) and a text.
enum VerificationSQL {
  static let counters = SQL(
    """
    SELECT s.a, 'used bytes or count differ from the messages' FROM account_state s
    LEFT JOIN (SELECT a, sum(size) AS bytes, count(*) AS n FROM placement GROUP BY a) p ON p.a = s.a
    WHERE s.used_bytes <> coalesce(p.bytes, 0) OR s.used_count <> coalesce(p.n, 0)
    """)
  static let uids = SQL(
    """
    SELECT m.a, 'a UID at or above UIDNEXT in ' || m.name FROM mailbox m
    JOIN (SELECT a, mbox, max(uid) AS top FROM placement GROUP BY a, mbox) p ON p.a = m.a AND p.mbox = m.mbox
    WHERE p.top >= m.uidnext
    """)
  static let modseqs = SQL(
    """
    SELECT p.a, 'a modseq that was not given out yet' FROM
    (SELECT a, max(m) AS top FROM placement GROUP BY a) p JOIN account_state s ON s.a = p.a WHERE p.top >= s.next_m
    """)
  static let items = SQL(
    """
    SELECT p.a, 'an item that was not given out yet' FROM
    (SELECT a, max(item) AS top FROM placement GROUP BY a) p JOIN account_state s ON s.a = p.a
    WHERE p.top >= s.next_item
    """)
  static let places = SQL(
    """
    SELECT p.a, 'a message in a mailbox that is not there' FROM placement p
    LEFT JOIN mailbox m ON m.a = p.a AND m.mbox = p.mbox WHERE m.mbox IS NULL OR m.deleted_m IS NOT NULL
    """)
  static let tree = SQL(
    """
    SELECT m.a, 'a mailbox below one that is not there: ' || m.name FROM mailbox m
    LEFT JOIN mailbox p ON p.a = m.a AND p.mbox = m.parent AND p.deleted_m IS NULL
    WHERE m.deleted_m IS NULL AND m.parent <> 0 AND p.mbox IS NULL
    """)
  static let emails = SQL(
    """
    SELECT p.a, 'a message without its email, or of another size' FROM placement p
    LEFT JOIN email e ON e.a = p.a AND e.email = p.email WHERE e.email IS NULL OR e.size <> p.size
    """)
  static let gone = SQL(
    """
    SELECT g.a, 'a removed message without its email' FROM gone g
    LEFT JOIN email e ON e.a = g.a AND e.email = g.email WHERE e.email IS NULL
    """)
  static let orphans = SQL(
    """
    SELECT e.a, 'an email that nothing names' FROM email e
    WHERE NOT EXISTS (SELECT 1 FROM placement p WHERE p.a = e.a AND p.email = e.email)
      AND NOT EXISTS (SELECT 1 FROM gone g WHERE g.a = e.a AND g.email = e.email)
    """)
  static let derived = SQL(
    """
    SELECT e.a, 'an email without derived data' FROM email e
    LEFT JOIN derived d ON d.a = e.a AND d.email = e.email WHERE d.email IS NULL
    """)
  static let blobs = SQL(
    """
    SELECT e.a, 'an email without its blob' FROM email e
    LEFT JOIN blob b ON b.scope = e.scope AND b.hash = e.hash WHERE b.hash IS NULL OR b.raw_len <> e.size
    """)
  static let queue = SQL(
    """
    SELECT q.a, 'a queue entry without its blob' FROM queue q
    LEFT JOIN blob b ON b.scope = q.scope AND b.hash = q.hash WHERE b.hash IS NULL
    """)
  static let accounts = SQL(
    """
    SELECT p.a, 'mail of an account that is not there' FROM (SELECT DISTINCT a FROM mailbox) p
    LEFT JOIN account_state s ON s.a = p.a WHERE s.a IS NULL
    """)
  static let validity = SQL(
    """
    SELECT m.a, 'a UIDVALIDITY that was not given out yet' FROM mailbox m JOIN account_state s ON s.a = m.a
    WHERE m.uidvalidity >= s.next_uidvalidity OR m.mbox >= s.next_mailbox
    """)
  static let modes = SQL(
    """
    SELECT m.a, 'members of a mailbox whose state is shared: ' || m.mbox FROM membership m
    LEFT JOIN mailbox b ON b.a = m.a AND b.mbox = m.mbox AND b.deleted_m IS NULL AND b.state_mode = 1
    WHERE b.mbox IS NULL
    """)
  static let ownerless = SQL(
    """
    SELECT b.a, 'own state in a mailbox whose owner is no member: ' || b.name FROM mailbox b
    LEFT JOIN membership m ON m.a = b.a AND m.mbox = b.mbox AND m.who = b.a
    WHERE b.state_mode = 1 AND b.deleted_m IS NULL AND m.who IS NULL
    """)
  static let ownStates = SQL(
    """
    SELECT o.a, 'a state of a message that is not there, or of somebody who is no member' FROM own_state o
    LEFT JOIN placement p ON p.a = o.a AND p.mbox = o.mbox AND p.uid = o.uid
    LEFT JOIN membership m ON m.a = o.a AND m.mbox = o.mbox AND m.who = o.who
    WHERE p.uid IS NULL OR m.who IS NULL OR (o.hidden = 1 AND o.shown <> 0)
    """)
  static let shownUIDs = SQL(
    """
    SELECT o.a, 'a message is shown under a UID that is not its own: ' || o.shown FROM own_state o
    JOIN mailbox b ON b.a = o.a AND b.mbox = o.mbox
    LEFT JOIN placement p ON p.a = o.a AND p.mbox = o.mbox AND p.uid = o.shown
    WHERE o.shown <> 0 AND (o.shown >= b.uidnext OR p.uid IS NOT NULL)
    """)
  static let ownModseqs = SQL(
    """
    SELECT t.a, 'a modseq of a member that was not given out yet' FROM (
      SELECT a, max(m) AS top FROM own_state GROUP BY a UNION ALL SELECT a, max(hi_m) AS top FROM membership GROUP BY a
      UNION ALL SELECT a, max(m) AS top FROM own_vanished GROUP BY a) t
    JOIN account_state s ON s.a = t.a WHERE t.top >= s.next_m
    """)
  /// In the order in which they lie on the disk.
  static let allBlobs = SQL(
    "SELECT scope, hash, segment, off, len, raw_len, codec FROM blob ORDER BY segment, off")
  static let blobCount = SQL("SELECT count(*), coalesce(sum(len), 0) FROM blob")
  static let ownersOfBlob = SQL("SELECT a, email FROM email WHERE scope = ?1 AND hash = ?2 LIMIT 20")

  static let rules = [
    accounts, counters, uids, modseqs, items, validity, places, tree, emails, gone, orphans, derived, blobs, queue,
  ]
  static let memberRules = [modes, ownerless, ownStates, shownUIDs, ownModseqs]
  static let all = rules + memberRules + [allBlobs, blobCount, ownersOfBlob]
}
