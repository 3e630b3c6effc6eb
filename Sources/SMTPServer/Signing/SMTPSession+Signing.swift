import Mail
import Postroom
import SMTP
import Store

extension SMTPSession {
  /// What a message of our own user is to be signed with; nil: nothing, or it is not one.
  func signature(_ intake: Intake) -> AuthorSignature? {
    guard principal != nil, let signers = service.signers,
      // `authorRefusal` has seen to it that the first mailbox is the user's.
      case .some(.some(let author)) = intake.header?.authors?.addresses.first, let domain = author.domain,
      let name = Domain.normalized(domain.ascii)
    else { return nil }
    return AuthorSignature(signers: signers, domain: name)
  }
}

/// The signatures of one message to be: those of its author's domain.
struct AuthorSignature: Sendable {
  let signers: DomainSigners
  let domain: String

  func fields(_ message: SpooledMessage) async -> [UInt8] { await signers.signatures(for: message, domain: domain) }
}
