import Database

/// Statements on accounts, their mailbox tree, keywords and subscriptions.
enum AccountSQL {
  static let accounts = SQL("SELECT a FROM account_state ORDER BY a")
  static let read = SQL(
    """
    SELECT next_m, next_item, next_mailbox, next_uidvalidity, used_bytes, used_count, byte_limit, count_limit
    FROM account_state WHERE a = ?1
    """)
  static let usages = SQL("SELECT a, used_bytes, used_count, byte_limit, count_limit FROM account_state")
  static let insert = SQL(
    """
    INSERT INTO account_state (a, next_m, next_item, next_mailbox, next_uidvalidity, used_bytes, used_count)
    VALUES (?1, ?2, ?3, ?4, ?5, 0, 0)
    """)
  static let write = SQL(
    """
    UPDATE account_state SET next_m = ?2, next_item = ?3, next_mailbox = ?4, next_uidvalidity = ?5, used_bytes = ?6,
      used_count = ?7 WHERE a = ?1
    """)
  static let setLimits = SQL("UPDATE account_state SET byte_limit = ?2, count_limit = ?3 WHERE a = ?1")
  static let takeFromUsed = SQL(
    "UPDATE account_state SET used_bytes = used_bytes - ?2, used_count = used_count - 1 WHERE a = ?1")

  static let mailboxes = SQL(
    """
    SELECT mbox, parent, name, uidvalidity, uidnext, hi_m, role, selectable, recent FROM mailbox
    WHERE a = ?1 AND deleted_m IS NULL
    """)
  static let mailbox = SQL(
    """
    SELECT uidvalidity, uidnext, hi_m, selectable, recent FROM mailbox
    WHERE a = ?1 AND mbox = ?2 AND deleted_m IS NULL
    """)
  static let insertMailbox = SQL(
    """
    INSERT INTO mailbox (a, mbox, parent, name, uidvalidity, uidnext, hi_m, role, selectable, state_mode, recent,
      created_m, m) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, 0, 1, ?6, ?6)
    """)
  static let writeMailbox = SQL("UPDATE mailbox SET uidnext = ?3, hi_m = ?4 WHERE a = ?1 AND mbox = ?2")
  static let setRecent = SQL("UPDATE mailbox SET recent = ?3 WHERE a = ?1 AND mbox = ?2 AND recent < ?3")
  static let renameMailbox = SQL("UPDATE mailbox SET parent = ?3, name = ?4, m = ?5 WHERE a = ?1 AND mbox = ?2")
  static let setSelectable = SQL(
    "UPDATE mailbox SET selectable = ?3, uidvalidity = ?4, uidnext = ?5, role = ?6, m = ?7 WHERE a = ?1 AND mbox = ?2")
  static let deleteMailbox = SQL(
    "UPDATE mailbox SET deleted_m = ?3, deleted_at = ?4, m = ?3 WHERE a = ?1 AND mbox = ?2")

  static let keywords = SQL("SELECT bit, name FROM keyword WHERE a = ?1 AND mbox = ?2 ORDER BY bit")
  static let insertKeyword = SQL("INSERT INTO keyword (a, mbox, bit, name) VALUES (?1, ?2, ?3, ?4)")

  static let subscriptions = SQL("SELECT name FROM subscription WHERE who = ?1 ORDER BY name")
  static let subscribe = SQL("INSERT INTO subscription (who, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
  static let unsubscribe = SQL("DELETE FROM subscription WHERE who = ?1 AND name = ?2")

  static let removals = [
    SQL("DELETE FROM account_state WHERE a = ?1"), SQL("DELETE FROM email WHERE a = ?1"),
    SQL("DELETE FROM derived WHERE a = ?1"), SQL("DELETE FROM mailbox WHERE a = ?1"),
    SQL("DELETE FROM keyword WHERE a = ?1"), SQL("DELETE FROM placement WHERE a = ?1"),
    SQL("DELETE FROM gone WHERE a = ?1"), SQL("DELETE FROM vanished WHERE a = ?1"),
    SQL("DELETE FROM membership WHERE a = ?1"), SQL("DELETE FROM own_state WHERE a = ?1"),
    SQL("DELETE FROM own_vanished WHERE a = ?1"), SQL("DELETE FROM pop_seen WHERE a = ?1"),
    SQL("DELETE FROM uidl WHERE a = ?1"), SQL("DELETE FROM acl WHERE a = ?1"),
    SQL("DELETE FROM subscription WHERE who = ?1"), SQL("DELETE FROM metadata WHERE a = ?1"),
    SQL("DELETE FROM filed WHERE a = ?1"), SQL("DELETE FROM sent_copy WHERE a = ?1"),
    SQL("DELETE FROM search_todo WHERE a = ?1"), SQL("DELETE FROM thread_key WHERE a = ?1"),
  ]

  static let all =
    [
      accounts, read, usages, insert, write, setLimits, takeFromUsed, mailboxes, mailbox, insertMailbox, writeMailbox,
      setRecent, renameMailbox, setSelectable, deleteMailbox, keywords, insertKeyword, subscriptions, subscribe,
      unsubscribe,
    ] + removals
}
