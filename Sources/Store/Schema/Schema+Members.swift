extension Schema {
  static let membersVersion = 6

  /// Version 6: own state of each member of a mailbox (`mailbox.state_mode` 1; see `MemberSQL`).
  ///
  /// `membership`: who looks at it; `who` 0 = anyone. `counts` 0 = an owner who gave up the right to read. `own_state`: what a member
  /// changed; no row = the placement's flags, seen from `from_uid` on. `shown` = the UID under which this member sees the message, 0 = its
  /// own. `own_vanished`: UIDs that went for this member alone. A mailbox whose state is shared has no row in any of them.
  static let members = """
    DROP TABLE member;
    CREATE TABLE membership (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, who INTEGER NOT NULL, from_uid INTEGER NOT NULL, hi_m INTEGER NOT NULL,
      recent INTEGER NOT NULL, counts INTEGER NOT NULL, joined_at INTEGER NOT NULL,
      PRIMARY KEY (a, mbox, who)) STRICT, WITHOUT ROWID;
    CREATE TABLE own_state (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, who INTEGER NOT NULL, uid INTEGER NOT NULL, flags INTEGER NOT NULL,
      hidden INTEGER NOT NULL, m INTEGER NOT NULL, shown INTEGER NOT NULL,
      PRIMARY KEY (a, mbox, who, uid)) STRICT, WITHOUT ROWID;
    CREATE INDEX own_state_shown ON own_state (a, mbox, who, shown) WHERE shown <> 0;
    CREATE TABLE own_vanished (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, who INTEGER NOT NULL, m INTEGER NOT NULL, uid_lo INTEGER NOT NULL,
      uid_hi INTEGER NOT NULL, PRIMARY KEY (a, mbox, who, m, uid_lo)) STRICT, WITHOUT ROWID;
    """
}
