extension Schema {
  /// Which thread a message joins (RFC 8474 THREADID). `key` is a `ThreadKey` hash of a Message-ID that was seen in the account.
  static let threadKeys = """
    CREATE TABLE thread_key (
      a INTEGER NOT NULL, key INTEGER NOT NULL, thread INTEGER NOT NULL, PRIMARY KEY (a, key)) STRICT, WITHOUT ROWID;
    """
}
