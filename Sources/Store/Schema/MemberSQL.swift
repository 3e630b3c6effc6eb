import Database

/// Statements on mailboxes in which each member has an own state (`StateMode.own`). Flags 1, 4 and 8 (\Seen, \Flagged, \Deleted) of
/// `own_state` count, the others are the placement's.
enum MemberSQL {
  // MARK: Who is a member

  static let memberships = SQL("SELECT a, mbox, who, from_uid, hi_m, recent, counts, joined_at FROM membership")
  static let membersOf = SQL(
    "SELECT who, from_uid, hi_m, recent, counts, joined_at FROM membership WHERE a = ?1 AND mbox = ?2 ORDER BY who")
  static let put = SQL(
    """
    INSERT INTO membership (a, mbox, who, from_uid, hi_m, recent, counts, joined_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (a, mbox, who) DO UPDATE SET from_uid = ?4, hi_m = ?5, recent = ?6, counts = ?7
    """)
  static let touch = SQL("UPDATE membership SET hi_m = ?4 WHERE a = ?1 AND mbox = ?2 AND who = ?3")
  static let setMode = SQL("UPDATE mailbox SET state_mode = ?3, m = ?4 WHERE a = ?1 AND mbox = ?2")

  /// A member leaves: membership, state and history.
  static let leaving = [
    SQL("DELETE FROM membership WHERE a = ?1 AND mbox = ?2 AND who = ?3"),
    SQL("DELETE FROM own_state WHERE a = ?1 AND mbox = ?2 AND who = ?3"),
    SQL("DELETE FROM own_vanished WHERE a = ?1 AND mbox = ?2 AND who = ?3"),
  ]
  /// What went for ?3, kept under nobody's name (`Membership.former`).
  static let keepVanished = SQL(
    """
    INSERT INTO own_vanished (a, mbox, who, m, uid_lo, uid_hi)
    SELECT a, mbox, -1, m, uid_lo, uid_hi FROM own_vanished WHERE a = ?1 AND mbox = ?2 AND who = ?3
    ON CONFLICT (a, mbox, who, m, uid_lo) DO NOTHING
    """)
  static let ending = [
    SQL("DELETE FROM membership WHERE a = ?1 AND mbox = ?2"), SQL("DELETE FROM own_state WHERE a = ?1 AND mbox = ?2"),
    SQL("DELETE FROM own_vanished WHERE a = ?1 AND mbox = ?2"),
  ]

  // MARK: What a member sees

  static let states = SQL(
    "SELECT uid, flags, hidden, m, shown FROM own_state WHERE a = ?1 AND mbox = ?2 AND who = ?3 ORDER BY uid")
  static let allStates = SQL("SELECT uid, who, flags, hidden, shown FROM own_state WHERE a = ?1 AND mbox = ?2")
  /// Messages that a member sees under their own UIDs ?4 to ?5; ?6 = the first UID that he sees. Columns: `SeenRow.init(row:)`.
  static let seen = SQL(
    """
    SELECT p.uid, p.flags, p.m, p.size, p.idate, p.saved_at, p.email, p.item, o.flags, o.m, p.uid
    FROM placement p LEFT JOIN own_state o ON o.a = p.a AND o.mbox = p.mbox AND o.who = ?3 AND o.uid = p.uid
    WHERE p.a = ?1 AND p.mbox = ?2 AND p.uid BETWEEN ?4 AND ?5
      AND ((o.uid IS NULL AND p.uid >= ?6) OR (o.hidden = 0 AND o.shown = 0)) ORDER BY p.uid
    """)
  /// Those that he sees under other UIDs.
  static let seenAgain = SQL(
    """
    SELECT p.uid, p.flags, p.m, p.size, p.idate, p.saved_at, p.email, p.item, o.flags, o.m, o.shown
    FROM own_state o JOIN placement p ON p.a = o.a AND p.mbox = o.mbox AND p.uid = o.uid
    WHERE o.a = ?1 AND o.mbox = ?2 AND o.who = ?3 AND o.shown BETWEEN ?4 AND ?5 AND o.shown <> 0 AND o.hidden = 0
    ORDER BY o.shown
    """)
  /// What a member does not see of the UIDs ?4 to ?5, with what he had said of it.
  static let unseen = SQL(
    """
    SELECT p.uid, p.flags, p.m, p.size, p.idate, p.saved_at, p.email, p.item, o.flags, o.m, p.uid
    FROM placement p LEFT JOIN own_state o ON o.a = p.a AND o.mbox = p.mbox AND o.who = ?3 AND o.uid = p.uid
    WHERE p.a = ?1 AND p.mbox = ?2 AND p.uid BETWEEN ?4 AND ?5
      AND ((o.uid IS NULL AND p.uid < ?6) OR o.hidden = 1) ORDER BY p.uid
    """)
  /// UIDs of ?3 to ?4 that no member sees.
  static let abandoned = SQL(
    """
    SELECT p.uid FROM placement p WHERE p.a = ?1 AND p.mbox = ?2 AND p.uid BETWEEN ?3 AND ?4
      AND NOT EXISTS (SELECT 1 FROM membership s
        LEFT JOIN own_state o ON o.a = s.a AND o.mbox = s.mbox AND o.who = s.who AND o.uid = p.uid
        WHERE s.a = p.a AND s.mbox = p.mbox AND s.counts = 1
          AND ((o.uid IS NULL AND p.uid >= s.from_uid) OR o.hidden = 0)) ORDER BY p.uid
    """)
  /// UIDs that ?3 sees and no other member; ?4 = the first UID that he sees.
  static let seenByOne = SQL(
    """
    SELECT p.uid FROM placement p LEFT JOIN own_state i ON i.a = p.a AND i.mbox = p.mbox AND i.who = ?3 AND i.uid = p.uid
    WHERE p.a = ?1 AND p.mbox = ?2 AND ((i.uid IS NULL AND p.uid >= ?4) OR i.hidden = 0)
      AND NOT EXISTS (SELECT 1 FROM membership s
        LEFT JOIN own_state o ON o.a = s.a AND o.mbox = s.mbox AND o.who = s.who AND o.uid = p.uid
        WHERE s.a = p.a AND s.mbox = p.mbox AND s.counts = 1 AND s.who <> ?3
          AND ((o.uid IS NULL AND p.uid >= s.from_uid) OR o.hidden = 0)) ORDER BY p.uid
    """)
  /// UIDs under which members see messages of the range ?3 to ?4.
  static let shown = SQL(
    """
    SELECT who, shown FROM own_state
    WHERE a = ?1 AND mbox = ?2 AND who = ?5 AND uid BETWEEN ?3 AND ?4 AND shown <> 0 AND hidden = 0 ORDER BY shown
    """)

  // MARK: What a member changes

  static let putState = SQL(
    """
    INSERT INTO own_state (a, mbox, who, uid, flags, hidden, m, shown) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (a, mbox, who, uid) DO UPDATE SET flags = ?5, hidden = ?6, m = ?7, shown = ?8
    """)
  static let setFlags = SQL("UPDATE placement SET flags = ?4, m = ?5 WHERE a = ?1 AND mbox = ?2 AND uid = ?3")
  static let deleteStates = SQL(
    "DELETE FROM own_state WHERE a = ?1 AND mbox = ?2 AND who = ?5 AND uid BETWEEN ?3 AND ?4")
  /// Of a placement that recovery drops.
  static let deleteState = SQL("DELETE FROM own_state WHERE a = ?1 AND mbox = ?2 AND uid = ?3")
  static let insertVanished = SQL(
    """
    INSERT INTO own_vanished (a, mbox, who, m, uid_lo, uid_hi) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (a, mbox, who, m, uid_lo) DO UPDATE SET uid_hi = ?6
    """)
  /// UIDs that went after ?4, for all or for this member.
  static let vanished = SQL(
    """
    SELECT uid_lo, uid_hi FROM vanished WHERE a = ?1 AND mbox = ?2 AND m > ?4
    UNION ALL SELECT uid_lo, uid_hi FROM own_vanished WHERE a = ?1 AND mbox = ?2 AND who IN (0, ?3) AND m > ?4
    ORDER BY 1
    """)
  /// What went for single members, for all from now on.
  static let allVanished = SQL("SELECT uid_lo, uid_hi FROM own_vanished WHERE a = ?1 AND mbox = ?2")

  static let all =
    [
      memberships, membersOf, put, touch, setMode, states, allStates, seen, seenAgain, unseen, abandoned, seenByOne,
      shown, putState, setFlags, deleteStates, deleteState, insertVanished, vanished, allVanished,
      keepVanished,
    ] + leaving + ending
}
