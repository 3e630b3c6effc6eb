extension Store {
  /// Changes flags of many messages in one durable step. UIDs that are not there are passed over.
  package func setFlags(_ change: FlagChange, in mailbox: OpenMailbox) async throws(StoreFault) -> FlagResult {
    throw .closed
  }

  /// Copies messages, all or nothing; flags, keywords and INTERNALDATE go with them (RFC 9051 §6.4.7). UIDs not there are passed over.
  package func copy(
    _ uids: [UID], from source: OpenMailbox, to destination: MailboxID
  ) async throws(StoreFault) -> CopyResult { throw .closed }

  /// Moves messages in one durable step (RFC 6851). UIDs that are not there are passed over.
  package func move(
    _ uids: [UID], from source: OpenMailbox, to destination: MailboxID
  ) async throws(StoreFault) -> CopyResult { throw .closed }

  /// Removes messages that carry \Deleted; nil = all of them, else only those among `uids`. Returns what went, ascending.
  package func expunge(_ uids: [UID]?, in mailbox: OpenMailbox) async throws(StoreFault) -> [UID] { throw .closed }

  /// Removes messages by POP identity, whatever their flags (RFC 1939 UPDATE state). Items not there are passed over.
  package func remove(
    items: [Int64], from mailbox: MailboxID, of account: AccountID, cause: RemovalCause = .pop
  ) async throws(StoreFault) { throw .closed }
}
