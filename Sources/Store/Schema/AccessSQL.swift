import Database

/// Statements on access lists. `who`: see `AccessIdentifier.raw`; `rights`: their letters.
enum AccessSQL {
  static let all = SQL("SELECT a, mbox, who, rights FROM acl")
  static let list = SQL("SELECT who, rights FROM acl WHERE a = ?1 AND mbox = ?2")
  static let put = SQL(
    """
    INSERT INTO acl (a, mbox, who, rights) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (a, mbox, who) DO UPDATE SET rights = excluded.rights
    """)
  static let delete = SQL("DELETE FROM acl WHERE a = ?1 AND mbox = ?2 AND who = ?3")
  static let deleteList = SQL("DELETE FROM acl WHERE a = ?1 AND mbox = ?2")
  static let inherit = SQL(
    "INSERT INTO acl (a, mbox, who, rights) SELECT a, ?3, who, rights FROM acl WHERE a = ?1 AND mbox = ?2")
  static let named = SQL("SELECT DISTINCT a, mbox FROM acl WHERE who = ?1 OR who = ?2")
  static let deleteNamed = SQL("DELETE FROM acl WHERE who = ?1 OR who = ?2")

  static let statements = [all, list, put, delete, deleteList, inherit, named, deleteNamed]
}
