package import Directory
package import Store

/// A message that a service took in for local mailboxes, before it is filed.
package struct Letter: Sendable {
  /// The transaction's name in the log and in the Received header.
  package var id: String
  /// The envelope sender as written; empty for the null sender.
  package var reversePath: String
  /// In the order in which the client gave them.
  package var recipients: [LetterRecipient]
  /// Return-Path and Received, each line ending in CRLF: put before the message.
  package var trace: [UInt8]
  package var message: SpooledMessage
  /// What was found about its sender: the value of its Authentication-Results field, unfolded. nil: nobody looked.
  package var authenticationResults: String?
  /// The author's own copy, for Sent.
  package var sentCopy: SentCopy?
  /// More for the log line of each recipient.
  package var remarks: [String: String] = [:]

  package init(
    id: String, reversePath: String, recipients: [LetterRecipient], trace: [UInt8], message: SpooledMessage
  ) {
    self.id = id
    self.reversePath = reversePath
    self.recipients = recipients
    self.trace = trace
    self.message = message
  }
}

/// One accepted RCPT: the address as given and the accounts that it leads to.
package struct LetterRecipient: Sendable {
  package var address: String
  package var accounts: [Recipient]
  /// The copy goes to the Junk mailbox.
  package var isJunk = false

  package init(address: String, accounts: [Recipient]) {
    self.address = address
    self.accounts = accounts
  }
}
