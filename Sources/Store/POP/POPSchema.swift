import Database

/// What POP3 remembers beyond `pop_seen` and `uidl`, and the sizes of messages that are sent otherwise than stored.
enum POPSchema {
  static let script = """
    -- What is known of a device's programs. remembers: it has left alone what it had taken. again: sessions that took it anew.
    CREATE TABLE pop_device (
      a INTEGER NOT NULL, device INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
      remembers INTEGER NOT NULL, again INTEGER NOT NULL, flagged_at INTEGER, quiet_at INTEGER, next_n INTEGER NOT NULL,
      taken INTEGER NOT NULL, taken_bytes INTEGER NOT NULL, removed INTEGER NOT NULL, freed_bytes INTEGER NOT NULL,
      PRIMARY KEY (a, device)) STRICT, WITHOUT ROWID;
    -- One row a session that reached QUIT and took or removed something. device 0 = account password, -1 = the server itself.
    CREATE TABLE pop_session (
      a INTEGER NOT NULL, device INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, peer TEXT NOT NULL,
      taken INTEGER NOT NULL, taken_bytes INTEGER NOT NULL, removed INTEGER NOT NULL, freed_bytes INTEGER NOT NULL,
      items BLOB NOT NULL, PRIMARY KEY (a, device, n)) STRICT, WITHOUT ROWID;
    -- What a device of a group has deleted for itself; as pop_seen.
    CREATE TABLE pop_hidden (
      a INTEGER NOT NULL, device INTEGER NOT NULL, chunk INTEGER NOT NULL, bitmap BLOB NOT NULL,
      PRIMARY KEY (a, device, chunk)) STRICT, WITHOUT ROWID;
    -- Only messages that POP3 sends otherwise than they are stored: octets more than `size` in UTF8 mode, and without it.
    CREATE TABLE wire_size (
      a INTEGER NOT NULL, email INTEGER NOT NULL, surplus INTEGER NOT NULL, plain_surplus INTEGER NOT NULL,
      is_plain INTEGER NOT NULL, PRIMARY KEY (a, email)) STRICT, WITHOUT ROWID;
    """
}

/// Statements of POP3's memory.
enum POPSQL {
  static let uidls = SQL("SELECT item, text FROM uidl WHERE a = ?1 AND item > 0 ORDER BY item")
  static let putUIDL = SQL(
    "INSERT INTO uidl (a, item, text) VALUES (?1, ?2, ?3) ON CONFLICT (a, item) DO UPDATE SET text = ?3")
  static let uidl = SQL("SELECT text FROM uidl WHERE a = ?1 AND item = ?2")
  static let uidlItem = SQL("SELECT item FROM uidl WHERE a = ?1 AND text = ?2")
  static let buryUIDL = SQL(
    """
    UPDATE uidl SET item = -item WHERE a = ?1 AND item = ?2
      AND NOT EXISTS (SELECT 1 FROM placement WHERE a = ?1 AND item = ?2)
    """)
  static let dropUIDL = SQL(
    """
    DELETE FROM uidl WHERE a = ?1
      AND item = (SELECT item FROM placement WHERE a = ?1 AND mbox = ?2 AND uid = ?3)
    """)
  static let reviveUIDL = SQL("UPDATE uidl SET item = ?2 WHERE a = ?1 AND item = -CAST(?2 AS BIGINT)")

  static let wireSizes = SQL(
    "SELECT email, surplus, plain_surplus, is_plain FROM wire_size WHERE a = ?1")
  static let addWireSize = SQL(
    """
    INSERT INTO wire_size (a, email, surplus, plain_surplus, is_plain) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (a, email) DO NOTHING
    """)
  static let deleteWireSize = SQL("DELETE FROM wire_size WHERE a = ?1 AND email = ?2")

  static let device = SQL(
    """
    SELECT device, first_at, last_at, remembers, again, flagged_at, quiet_at, next_n, taken, taken_bytes, removed,
      freed_bytes, lists_ids FROM pop_device WHERE a = ?1 AND device = ?2
    """)
  static let devices = SQL(
    """
    SELECT device, first_at, last_at, remembers, again, flagged_at, quiet_at, next_n, taken, taken_bytes, removed,
      freed_bytes, lists_ids FROM pop_device WHERE a = ?1 ORDER BY device
    """)
  static let putDevice = SQL(
    """
    INSERT INTO pop_device (a, device, first_at, last_at, remembers, again, flagged_at, quiet_at, next_n, taken,
      taken_bytes, removed, freed_bytes, lists_ids)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
    ON CONFLICT (a, device) DO UPDATE SET last_at = ?4, remembers = ?5, again = ?6, flagged_at = ?7, quiet_at = ?8,
      next_n = ?9, taken = ?10, taken_bytes = ?11, removed = ?12, freed_bytes = ?13, lists_ids = ?14
    """)

  static let seen = SQL("SELECT chunk, bitmap FROM pop_seen WHERE a = ?1 AND device = ?2")
  static let putSeen = SQL(
    """
    INSERT INTO pop_seen (a, device, chunk, bitmap) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (a, device, chunk) DO UPDATE SET bitmap = ?4
    """)
  static let forgetSeen = SQL("DELETE FROM pop_seen WHERE a = ?1 AND device = ?2")
  static let hidden = SQL("SELECT chunk, bitmap FROM pop_hidden WHERE a = ?1 AND device = ?2")
  static let putHidden = SQL(
    """
    INSERT INTO pop_hidden (a, device, chunk, bitmap) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (a, device, chunk) DO UPDATE SET bitmap = ?4
    """)
  static let hiders = SQL("SELECT DISTINCT device FROM pop_hidden WHERE a = ?1")
  static let forgetHidden = SQL("DELETE FROM pop_hidden WHERE a = ?1 AND device = ?2")

  static let addSession = SQL(
    """
    INSERT INTO pop_session (a, device, n, at, peer, taken, taken_bytes, removed, freed_bytes, items)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    """)
  static let recent = SQL("SELECT at, items FROM pop_session WHERE a = ?1 AND device = ?2 AND at > ?3")
  static let sessions = SQL(
    """
    SELECT device, at, peer, taken, taken_bytes, removed, freed_bytes FROM pop_session
    WHERE a = ?1 ORDER BY at DESC, device, n DESC LIMIT ?2
    """)
  static let pruneSessions = SQL("DELETE FROM pop_session WHERE a = ?1 AND device = ?2 AND at < ?3")
  /// For the worker: what is old enough to be looked at.
  static let arrived = SQL(
    """
    SELECT uid, flags, m, size, idate, saved_at, email, item FROM placement
    WHERE a = ?1 AND mbox = ?2 AND saved_at <= ?3 ORDER BY uid
    """)

  static let removals = [
    SQL("DELETE FROM pop_device WHERE a = ?1"), SQL("DELETE FROM pop_session WHERE a = ?1"),
    SQL("DELETE FROM pop_hidden WHERE a = ?1"), SQL("DELETE FROM wire_size WHERE a = ?1"),
  ]

  static let all =
    [
      uidls, putUIDL, uidl, uidlItem, buryUIDL, dropUIDL, reviveUIDL, wireSizes, addWireSize, deleteWireSize, device,
      devices,
      putDevice,
      seen, putSeen, forgetSeen,
      hidden, putHidden, hiders, forgetHidden, addSession, recent, sessions, pruneSessions, arrived,
    ] + removals
}
