package import SMTP

/// A no: what the peer reads, and the reason that only our log gives.
package struct Refusal: Sendable, Error, Equatable {
  package var reply: SMTPReply
  package var reason: String

  package init(_ reply: SMTPReply, reason: String) {
    self.reply = reply
    self.reason = reason
  }

  /// What the client logged in with was taken away.
  static func revoked(_ service: SMTPService) -> Refusal {
    Refusal(.authenticationRevoked(service.settings.hostName), reason: "the password was changed or removed")
  }
}
