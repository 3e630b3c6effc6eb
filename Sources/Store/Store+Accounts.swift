extension Store {
  /// Makes an account's storage: INBOX, Sent, Drafts, Trash, Junk and Archive with their roles, all subscribed.
  ///
  /// `lane` is the account's lane from the directory; nil = chosen from the id. Throws `.accountExists`.
  package func createAccount(_ id: AccountID, lane: Int? = nil) async throws(StoreFault) { throw .closed }

  /// Removes an account's storage with all its mail. Open mailboxes become `isDeleted`.
  package func removeAccount(_ id: AccountID) async throws(StoreFault) { throw .closed }

  /// All accounts that have storage, ascending.
  package func accounts() -> [AccountID] { [] }

  /// What the account uses and may use: for SIZE at MAIL, RCPT and for QUOTA.
  package func usage(of account: AccountID) async throws(StoreFault) -> Usage { throw .closed }

  /// Sets the account's own limits; nil = no limit of its own (the store's default holds).
  package func setLimits(bytes: Int64?, count: Int64?, of account: AccountID) async throws(StoreFault) {
    throw .closed
  }
}
