extension Store {
  /// Makes an account's storage: INBOX, Sent, Drafts, Trash, Junk and Archive with their roles, all subscribed.
  ///
  /// `lane` is the account's lane from the directory (taken modulo the number of lanes); nil = chosen from the id. Throws
  /// `.accountExists`.
  package func createAccount(_ id: AccountID, lane: Int? = nil) async throws(StoreFault) {
    let chosen = Int((lane.map(Int64.init) ?? id.raw).magnitude % UInt64(lanes.count))
    if home(of: id) != nil { throw .accountExists }
    let start = UInt32.random(in: 1...(1 << 30))
    try await lanes[chosen].perform { transaction throws(StoreFault) in
      try transaction.createAccount(id, uidValidity: start)
    }
    settle(id, on: chosen)
  }

  /// Removes an account's storage with all its mail. Open mailboxes become `isDeleted`.
  package func removeAccount(_ id: AccountID) async throws(StoreFault) {
    try await lane(of: id).perform { transaction throws(StoreFault) in try transaction.removeAccount(id) }
    settle(id, on: nil)
    await forgetAccess(of: id)
  }

  /// What the account uses and may use, for QUOTA; see `room(for:in:)` for RCPT.
  package func usage(of account: AccountID) async throws(StoreFault) -> Usage {
    try await lane(of: account).read { reader throws(StoreFault) in try reader.usage(of: account) }
  }

  /// Sets the account's own limits; nil = no limit of its own (the store's default holds).
  package func setLimits(bytes: Int64?, count: Int64?, of account: AccountID) async throws(StoreFault) {
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.setLimits(bytes: bytes, count: count, of: account)
    }
  }
}
