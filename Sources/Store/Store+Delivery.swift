extension Store {
  /// Files one message for one or more local accounts; durable when it returns. All recipients get `trace` + message.
  ///
  /// `trace` is put before the message as it is (Return-Path, Received, … each line ending in CRLF). `sender` is the reverse-path,
  /// used only to recognise a resend. The same account and role given twice is filed once. Throws when *nothing* was accepted
  /// (`.diskFull`, `.overQuota` when it holds for everyone, `.readOnly`, …): answer 4xx/5xx; otherwise look at each fate.
  package func deliver(
    _ message: SpooledMessage, trace: [UInt8], sender: String, to recipients: [DeliveryRecipient]
  ) async throws(StoreFault) -> DeliveryOutcome { throw .closed }

  /// To be called when the 250 of a delivery could not be written to the socket: for five days the same message from the same
  /// sender to the same accounts gets 250 and no second copy (invariant 6). Returns at once.
  package func replyWasLost(_ outcome: DeliveryOutcome) {}

  /// Adds messages to a mailbox (APPEND, MULTIAPPEND, import), all or nothing. Throws `.overQuota`, `.tooManyKeywords`, ….
  package func append(
    _ items: [AppendItem], to mailbox: MailboxID, of account: AccountID
  ) async throws(StoreFault) -> AppendResult { throw .closed }
}
