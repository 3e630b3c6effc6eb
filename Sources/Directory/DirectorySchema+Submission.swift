internal import Database

/// What submission needs: settings of accounts, and the counts of a day.
extension DirectorySchema {
  static let submission = """
    ALTER TABLE account ADD COLUMN sent_copy INTEGER NOT NULL DEFAULT 0;
    -- NULL = the server's default.
    ALTER TABLE account ADD COLUMN recipients_a_day INTEGER;
    ALTER TABLE account ADD COLUMN new_recipients_a_day INTEGER;
    ALTER TABLE account ADD COLUMN highest_priority INTEGER;
    -- day = days since 1970 UTC; one row an account, the newest day's.
    CREATE TABLE sending(
      a INTEGER PRIMARY KEY, day INTEGER NOT NULL, recipients INTEGER NOT NULL, new_recipients INTEGER NOT NULL);
    -- Whom the account has written to: 64 bits of a hash, and the day of the last time.
    CREATE TABLE correspondent(
      a INTEGER NOT NULL, hash INTEGER NOT NULL, day INTEGER NOT NULL, PRIMARY KEY (a, hash)) WITHOUT ROWID;
    """
}

/// The statements on it.
enum SubmissionSQL {
  static let setSettings = SQL(
    """
    UPDATE account SET sent_copy = ?2, recipients_a_day = ?3, new_recipients_a_day = ?4, highest_priority = ?5
    WHERE a = ?1
    """)
  static let sending = SQL("SELECT day, recipients, new_recipients FROM sending WHERE a = ?1")
  static let putSending = SQL(
    """
    INSERT INTO sending(a, day, recipients, new_recipients) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (a) DO UPDATE SET day = excluded.day, recipients = excluded.recipients,
      new_recipients = excluded.new_recipients
    """)
  static let correspondents = SQL("SELECT hash, day FROM correspondent WHERE a = ?1")
  static let putCorrespondent = SQL(
    """
    INSERT INTO correspondent(a, hash, day) VALUES (?1, ?2, ?3)
    ON CONFLICT (a, hash) DO UPDATE SET day = excluded.day
    """)
  static let removeCorrespondent = SQL("DELETE FROM correspondent WHERE a = ?1 AND hash = ?2")
  static let forgetSending = SQL("DELETE FROM sending WHERE a = ?1")
  static let forgetCorrespondents = SQL("DELETE FROM correspondent WHERE a = ?1")

  static let all = [
    setSettings, sending, putSending, correspondents, putCorrespondent, removeCorrespondent, forgetSending,
    forgetCorrespondents,
  ]
}
