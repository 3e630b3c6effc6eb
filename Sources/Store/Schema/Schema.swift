import Database

/// The tables of one lane (ARCHITECTURE.md, "Data model"). `a` = account, `m` = modseq, `mbox` = mailbox.
///
/// Every table exists from version 1, those too that wait for their feature. A change is a new `Migration`, never an edit of an old one.
enum Schema {
  static let migrations = [
    Migration(version: 1, script: version1), Migration(version: 2, script: POPSchema.script),
    Migration(version: 3, script: threadKeys), Migration(version: 4, script: sentCopies),
    Migration(version: 5, script: collection), Migration(version: membersVersion, script: members),
    Migration(version: 7, script: uniqueIDs),
  ]

  private static let version1 = """
    CREATE TABLE account_state (
      a INTEGER PRIMARY KEY, next_m INTEGER NOT NULL, next_item INTEGER NOT NULL, next_mailbox INTEGER NOT NULL,
      next_uidvalidity INTEGER NOT NULL, used_bytes INTEGER NOT NULL, used_count INTEGER NOT NULL,
      byte_limit INTEGER, count_limit INTEGER) STRICT;
    -- scope 0 = the lane; key_id 0 = not encrypted.
    CREATE TABLE blob (
      scope INTEGER NOT NULL, hash BLOB NOT NULL, segment INTEGER NOT NULL, off INTEGER NOT NULL, len INTEGER NOT NULL,
      raw_len INTEGER NOT NULL, codec INTEGER NOT NULL, key_id INTEGER NOT NULL,
      PRIMARY KEY (scope, hash)) STRICT, WITHOUT ROWID;
    CREATE TABLE email (
      a INTEGER NOT NULL, email INTEGER NOT NULL, scope INTEGER NOT NULL, hash BLOB NOT NULL, size INTEGER NOT NULL,
      sent_at INTEGER, thread INTEGER, created_m INTEGER NOT NULL, m INTEGER NOT NULL,
      PRIMARY KEY (a, email)) STRICT, WITHOUT ROWID;
    -- A rowid table: its rows are wide, and new ones go side by side at the end whoever they belong to.
    CREATE TABLE derived (
      a INTEGER NOT NULL, email INTEGER NOT NULL, version INTEGER NOT NULL, key_id INTEGER NOT NULL,
      envelope BLOB NOT NULL, structure BLOB NOT NULL, preview TEXT NOT NULL, subject TEXT NOT NULL, message_id TEXT,
      thread_keys TEXT, auth_results TEXT,
      PRIMARY KEY (a, email)) STRICT;
    -- parent 0 = top level. recent = the first UID that no session was told is \\Recent.
    CREATE TABLE mailbox (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, parent INTEGER NOT NULL, name TEXT NOT NULL,
      uidvalidity INTEGER NOT NULL, uidnext INTEGER NOT NULL, hi_m INTEGER NOT NULL, role TEXT,
      selectable INTEGER NOT NULL, state_mode INTEGER NOT NULL, recent INTEGER NOT NULL,
      created_m INTEGER NOT NULL, m INTEGER NOT NULL, deleted_m INTEGER, deleted_at INTEGER,
      PRIMARY KEY (a, mbox)) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX mailbox_by_name ON mailbox (a, parent, name) WHERE deleted_m IS NULL;
    CREATE UNIQUE INDEX mailbox_by_role ON mailbox (a, role) WHERE deleted_m IS NULL AND role IS NOT NULL;
    CREATE TABLE keyword (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, bit INTEGER NOT NULL, name TEXT NOT NULL,
      PRIMARY KEY (a, mbox, bit)) STRICT, WITHOUT ROWID;
    -- Narrow: all that SELECT and FETCH FLAGS touch.
    CREATE TABLE placement (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, uid INTEGER NOT NULL, email INTEGER NOT NULL, item INTEGER NOT NULL,
      flags INTEGER NOT NULL, m INTEGER NOT NULL, created_m INTEGER NOT NULL, size INTEGER NOT NULL,
      idate INTEGER NOT NULL, saved_at INTEGER NOT NULL, extra TEXT,
      PRIMARY KEY (a, mbox, uid)) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX placement_by_item ON placement (a, item);
    CREATE INDEX placement_by_email ON placement (a, email);
    CREATE TABLE gone (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, uid INTEGER NOT NULL, email INTEGER NOT NULL, item INTEGER NOT NULL,
      flags INTEGER NOT NULL, gone_m INTEGER NOT NULL, gone_at INTEGER NOT NULL, cause INTEGER NOT NULL, member INTEGER,
      idate INTEGER NOT NULL, saved_at INTEGER NOT NULL, extra TEXT,
      PRIMARY KEY (a, mbox, uid)) STRICT, WITHOUT ROWID;
    CREATE INDEX gone_by_time ON gone (gone_at);
    CREATE TABLE vanished (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, m INTEGER NOT NULL, uid_lo INTEGER NOT NULL, uid_hi INTEGER NOT NULL,
      PRIMARY KEY (a, mbox, m, uid_lo)) STRICT, WITHOUT ROWID;
    CREATE TABLE member (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, uid INTEGER NOT NULL, who INTEGER NOT NULL, flags INTEGER NOT NULL,
      hidden INTEGER NOT NULL, m INTEGER NOT NULL, PRIMARY KEY (a, mbox, uid, who)) STRICT, WITHOUT ROWID;
    CREATE TABLE pop_seen (
      a INTEGER NOT NULL, device INTEGER NOT NULL, chunk INTEGER NOT NULL, bitmap BLOB NOT NULL,
      PRIMARY KEY (a, device, chunk)) STRICT, WITHOUT ROWID;
    CREATE TABLE uidl (
      a INTEGER NOT NULL, item INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (a, item)) STRICT, WITHOUT ROWID;
    CREATE TABLE acl (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, who INTEGER NOT NULL, rights TEXT NOT NULL,
      PRIMARY KEY (a, mbox, who)) STRICT, WITHOUT ROWID;
    CREATE TABLE subscription (
      who INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (who, name)) STRICT, WITHOUT ROWID;
    CREATE TABLE metadata (
      a INTEGER NOT NULL, mbox INTEGER NOT NULL, who INTEGER NOT NULL, entry TEXT NOT NULL, value BLOB NOT NULL,
      PRIMARY KEY (a, mbox, who, entry)) STRICT, WITHOUT ROWID;
    CREATE TABLE queue (
      a INTEGER NOT NULL, qid INTEGER NOT NULL, scope INTEGER NOT NULL, hash BLOB NOT NULL, sender TEXT NOT NULL,
      created INTEGER NOT NULL, flags INTEGER NOT NULL, PRIMARY KEY (a, qid)) STRICT, WITHOUT ROWID;
    CREATE TABLE rcpt (
      a INTEGER NOT NULL, qid INTEGER NOT NULL, n INTEGER NOT NULL, addr TEXT NOT NULL, state INTEGER NOT NULL,
      due INTEGER NOT NULL, attempts INTEGER NOT NULL, last TEXT, prio INTEGER NOT NULL,
      PRIMARY KEY (a, qid, n)) STRICT, WITHOUT ROWID;
    CREATE INDEX rcpt_due ON rcpt (state, prio, due);
    CREATE TABLE filed (
      a INTEGER NOT NULL, delivery_key BLOB NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (a, delivery_key)) STRICT, WITHOUT ROWID;
    CREATE TABLE search_todo (
      a INTEGER NOT NULL, email INTEGER NOT NULL, PRIMARY KEY (a, email)) STRICT, WITHOUT ROWID;
    -- One row (id 1). The segment was synced up to `synced` before the newest batch, whose records end at `ended`;
    -- `added` names that batch's new rows, so that they can be dropped when its bytes did not reach the disk (invariant 3).
    -- From (recent_segment, recent_off) on lie the records of the last seconds (invariant 6).
    CREATE TABLE lane_state (
      id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, segment INTEGER NOT NULL, synced INTEGER NOT NULL,
      ended INTEGER NOT NULL, added BLOB NOT NULL, recent_segment INTEGER NOT NULL, recent_off INTEGER NOT NULL,
      next_qid INTEGER NOT NULL, time_seen INTEGER NOT NULL, clean INTEGER NOT NULL) STRICT;
    """
}

/// What took a message out of a mailbox (`gone.cause`).
enum GoneCause: Int64 {
  case expunged = 1
  case moved = 2
  case popped = 3
  case mailboxDeleted = 4
  case expired = 5
  case filter = 6
  /// By POP, for good: not kept for the days of recovery.
  case discarded = 7
  /// Came back since: only its history is kept.
  case restored = 8

  init(_ cause: RemovalCause) {
    switch cause {
    case .pop: self = .popped
    case .expired: self = .expired
    case .filter: self = .filter
    }
  }
}
