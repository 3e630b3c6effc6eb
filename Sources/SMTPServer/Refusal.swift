package import SMTP

/// A no: what the peer reads, and the reason that only our log gives.
package struct Refusal: Sendable, Error, Equatable {
  package var reply: SMTPReply
  package var reason: String

  package init(_ reply: SMTPReply, reason: String) {
    self.reply = reply
    self.reason = reason
  }
}
