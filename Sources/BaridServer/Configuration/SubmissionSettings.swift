/// What holds for every SMTP listener.
package struct IntakeSettings: Sendable, Equatable {
  /// Errors of a client before its session is ended.
  package var errors = 20
  /// Recipients of one message (RFC 5321 §4.5.3.1.8: at least 100).
  package var recipients = 1_000
  /// Octets of a local part in MAIL and RCPT.
  package var localPart = 252
  package var refusesBareLineEnds = false

  package init() {}
}

/// What the users of this server may send.
package struct SubmissionSettings: Sendable, Equatable {
  /// 0: no limit, here and below.
  package var recipientsADay = 1_000
  package var newRecipientsADay = 200
  /// MT-PRIORITY, 0…9.
  package var highestPriority = 0
  /// The address that a message was submitted from stays out of its Received field.
  package var hidesAddress = false

  package init() {}
}
