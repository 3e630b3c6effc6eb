import Database

/// Statements on the lane's own state, on blobs and on unfinished deliveries.
enum LaneSQL {
  static let readState = SQL(
    """
    SELECT batch, segment, synced, ended, added, recent_segment, recent_off, next_qid, time_seen, clean
    FROM lane_state WHERE id = 1
    """)
  static let insertState = SQL(
    """
    INSERT INTO lane_state (id, batch, segment, synced, ended, added, recent_segment, recent_off, next_qid, time_seen,
      clean) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    """)
  static let writeState = SQL(
    """
    UPDATE lane_state SET batch = ?1, segment = ?2, synced = ?3, ended = ?4, added = ?5, recent_segment = ?6,
      recent_off = ?7, next_qid = ?8, time_seen = ?9, clean = ?10 WHERE id = 1
    """)
  static let readBatch = SQL("SELECT batch FROM lane_state WHERE id = 1")

  static let insertBlob = SQL(
    """
    INSERT INTO blob (scope, hash, segment, off, len, raw_len, codec, key_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (scope, hash) DO NOTHING
    """)
  static let blob = SQL("SELECT segment, off, len, raw_len, codec FROM blob WHERE scope = ?1 AND hash = ?2")
  static let deleteBlob = SQL("DELETE FROM blob WHERE scope = ?1 AND hash = ?2")

  static let isFiled = SQL("SELECT 1 FROM filed WHERE a = ?1 AND delivery_key = ?2")
  static let insertFiled = SQL(
    "INSERT INTO filed (a, delivery_key, at) VALUES (?1, ?2, ?3) ON CONFLICT (a, delivery_key) DO UPDATE SET at = ?3")
  static let allFiled = SQL("SELECT a, delivery_key, at FROM filed")
  /// Keys of one kind: those from the first letter to the one behind it.
  static let filedOfKind = SQL("SELECT a, delivery_key FROM filed WHERE delivery_key >= ?1 AND delivery_key < ?2")
  static let deleteFiled = SQL("DELETE FROM filed WHERE a = ?1 AND delivery_key = ?2")

  static let insertQueue = SQL(
    "INSERT INTO queue (a, qid, scope, hash, sender, created, flags) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
  static let insertRecipient = SQL(
    """
    INSERT INTO rcpt (a, qid, n, addr, state, due, attempts, last, prio) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, NULL, 0)
    """)
  static let deleteQueue = SQL("DELETE FROM queue WHERE a = ?1 AND qid = ?2")
  static let deleteRecipients = SQL("DELETE FROM rcpt WHERE a = ?1 AND qid = ?2")
  static let deleteRecipient = SQL("DELETE FROM rcpt WHERE a = ?1 AND qid = ?2 AND n = ?3")
  static let recipientCount = SQL("SELECT count(*) FROM rcpt WHERE a = ?1 AND qid = ?2")
  static let intents = SQL(
    "SELECT qid, scope, hash, sender, created FROM queue WHERE a = ?1 AND flags = ?2 ORDER BY qid")
  static let intent = SQL("SELECT scope, hash FROM queue WHERE a = ?1 AND qid = ?2")
  static let recipients = SQL("SELECT n, addr FROM rcpt WHERE a = ?1 AND qid = ?2 ORDER BY n")

  static let all = [
    readState, insertState, writeState, readBatch, insertBlob, blob, deleteBlob, isFiled, insertFiled, allFiled,
    filedOfKind,
    deleteFiled, insertQueue, insertRecipient, deleteQueue, deleteRecipients, deleteRecipient, recipientCount, intents,
    intent, recipients,
  ]
}
