/// Which messages of the last day lie in Sent by the server's doing or a client's, by what they say (`SpooledMessage.sentIdentity`).
extension Schema {
  static let sentCopies = """
    CREATE TABLE sent_copy (
      a INTEGER NOT NULL, identity BLOB NOT NULL, item INTEGER NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (a, identity)) STRICT, WITHOUT ROWID;
    """
}
