/// One mail transaction: what MAIL and the accepted RCPTs said (RFC 5321 §3.3).
public struct Transaction: Hashable, Sendable {
  public var sender: SMTPCommand.Sender
  /// In the order of the RCPT commands.
  public internal(set) var recipients: [SMTPCommand.Recipient] = []
  /// RCPT commands that were refused.
  public internal(set) var refusedRecipients = 0
  /// Octets announced by BDAT so far.
  public internal(set) var chunkedOctets = 0
  /// A BDAT was accepted: DATA is out of order now (RFC 3030 §2).
  public internal(set) var isChunked = false
  /// A BDAT failed: only RSET, EHLO and QUIT lead out (RFC 3030 §2).
  public internal(set) var isBroken = false

  init(_ sender: SMTPCommand.Sender) { self.sender = sender }

  /// True when the message may hold octets that are no text: nothing in it may be changed.
  public var isBinary: Bool { sender.parameters.body == .binaryMIME }
}
