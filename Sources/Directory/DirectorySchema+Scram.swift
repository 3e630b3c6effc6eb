internal import Database

/// Verifiers of devices' passwords for SCRAM-SHA-256; a device from before has none and uses PLAIN.
enum ScramSchema {
  static let script = """
    CREATE TABLE scram(
      a INTEGER NOT NULL, device INTEGER NOT NULL, secret BLOB NOT NULL, PRIMARY KEY (a, device)) WITHOUT ROWID;
    """

  static let all = SQL("SELECT a, device, secret FROM scram")
  static let put = SQL("INSERT INTO scram(a, device, secret) VALUES (?1, ?2, ?3)")
  static let remove = SQL("DELETE FROM scram WHERE a = ?1 AND device = ?2")
  static let removeAll = SQL("DELETE FROM scram WHERE a = ?1")

  static let statements = [all, put, remove, removeAll]
}
