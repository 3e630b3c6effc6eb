extension Store {
  /// All mailbox names of the account, by name, INBOX first.
  package func mailboxes(of account: AccountID) async throws(StoreFault) -> [MailboxInfo] { throw .closed }

  /// The mailbox with this name ("inbox" in any case is INBOX). Throws `.noSuchMailbox`.
  package func mailbox(named name: String, of account: AccountID) async throws(StoreFault) -> MailboxInfo {
    throw .closed
  }

  /// Creates a mailbox and the levels above it that are missing (RFC 9051 §6.3.4); a "/" at the end is ignored.
  ///
  /// Throws `.mailboxExists`, `.badMailboxName`, `.notPermitted` when another mailbox has the role.
  package func createMailbox(
    _ name: String, role: MailboxRole? = nil, of account: AccountID
  ) async throws(StoreFault) -> MailboxInfo { throw .closed }

  /// Deletes a mailbox with its messages; one with children stays as \Noselect (RFC 9051 §6.3.5).
  ///
  /// Throws `.notPermitted` for INBOX and for a \Noselect name that has children.
  package func deleteMailbox(_ name: String, of account: AccountID) async throws(StoreFault) { throw .closed }

  /// Renames a mailbox and everything below it at once (RFC 9051 §6.3.6). INBOX: its messages move to the new mailbox, INBOX stays.
  package func renameMailbox(
    _ name: String, to newName: String, of account: AccountID
  ) async throws(StoreFault) -> MailboxInfo { throw .closed }

  /// SUBSCRIBE and UNSUBSCRIBE. The name need not exist (RFC 9051 §6.3.7).
  package func setSubscribed(_ name: String, _ isSubscribed: Bool, of account: AccountID) async throws(StoreFault) {
    throw .closed
  }

  /// All subscribed names, sorted, those of missing mailboxes too.
  package func subscriptions(of account: AccountID) async throws(StoreFault) -> [String] { throw .closed }

  /// The numbers of STATUS, also for a mailbox that nobody has open. Throws `.notSelectable`.
  package func status(of mailbox: MailboxID, of account: AccountID) async throws(StoreFault) -> MailboxStatus {
    throw .closed
  }

  /// Opens a mailbox for a session. `claimRecent`: SELECT true, EXAMINE and everything else false.
  package func open(
    _ mailbox: MailboxID, of account: AccountID, claimRecent: Bool
  ) async throws(StoreFault) -> OpenMailbox { throw .closed }
}
