/// What an account may choose, or its operator for it; nil: the server's default holds.
package struct AccountSettings: Hashable, Sendable {
  /// The server files a copy of each submission in Sent, and takes a client's own APPEND of it for the same message.
  package var filesSentCopy = false
  /// Recipients a day, counted in UTC; 0: no limit.
  package var recipientsADay: Int?
  /// Recipients a day that the account never wrote to before; 0: no limit.
  package var newRecipientsADay: Int?
  /// The highest MT-PRIORITY that its messages may have, 0…9 (RFC 6710 §4.1).
  package var highestPriority: Int?

  package init() {}

  package init(filesSentCopy: Bool, recipientsADay: Int?, newRecipientsADay: Int?, highestPriority: Int?) {
    self.filesSentCopy = filesSentCopy
    self.recipientsADay = recipientsADay
    self.newRecipientsADay = newRecipientsADay
    self.highestPriority = highestPriority
  }
}

/// A change of an account's settings: what is nil stays as it is.
package struct AccountSettingsChange: Hashable, Sendable {
  package var filesSentCopy: Bool?
  /// The outer nil: as it is; the inner: the server's default from now on.
  package var recipientsADay: Int??
  package var newRecipientsADay: Int??
  package var highestPriority: Int??

  package init() {}

  func applied(to settings: AccountSettings) -> AccountSettings {
    AccountSettings(
      filesSentCopy: filesSentCopy ?? settings.filesSentCopy,
      recipientsADay: recipientsADay ?? settings.recipientsADay,
      newRecipientsADay: newRecipientsADay ?? settings.newRecipientsADay,
      highestPriority: highestPriority ?? settings.highestPriority)
  }
}
