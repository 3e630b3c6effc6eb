import Directory
import Logging
import Mail
import MailAuth
import Net
import Postroom
import SMTP
import Store

// Strangers are looked at: when they connect, when they name a recipient, and when their message is whole.
extension SMTPSession {
  /// The checks that hold for this connection: those of an MX, for a peer that is not exempt and did not log in.
  var senderChecks: SenderChecks? {
    guard principal == nil, machine.settings.role == .mx, let checks = service.checks,
      !(peer.isLoopback && checks.settings.exemptsLoopback)
    else { return nil }
    return checks
  }

  /// Right after the greeting, which nobody has to wait for.
  mutating func lookAtClient() -> Step<Outcome> {
    guard let checks = senderChecks else { return .wait }
    let address = peer.address
    if let known = checks.known(address) {
      client = known
      return .wait
    }
    return .run { _ in .client(await checks.lookUp(address)) }
  }

  mutating func finishLook(_ evidence: ClientEvidence) -> Step<Outcome> {
    client = evidence
    if !evidence.blocklists.isEmpty {
      service.logger.info(
        "client is listed",
        metadata: [
          "connection": "\(peer.id)", "peer": "\(peer.address)",
          "zones": "\(evidence.blocklists.joined(separator: " "))",
        ])
    }
    return .proceed
  }

  /// What RCPT meets beyond the question whether the recipient exists.
  func checkClient(for recipient: SMTPCommand.Recipient) throws(Refusal) {
    guard let checks = senderChecks else { return }
    let isExempt = Self.isExempt(recipient)
    switch Verdict.ofClient(client, address: peer.address, isExempt: isExempt, checks.settings) {
    case .accept, .junk: break
    case .later(let reply, let reason), .refuse(let reply, let reason): throw Refusal(reply, reason: reason)
    }
    guard checks.settings.greylisting, !isExempt, client.allowlists.isEmpty else { return }
    let wait = checks.greylist.wait(
      network: peer.network, sender: sender, recipient: recipient.forwardPath.description, at: checks.now())
    if let wait { throw Refusal(.greylisted(seconds: wait), reason: "greylisted for \(wait) seconds") }
  }

  /// An unknown sender waits for its answer; nil: it need not.
  func tarpit(_ question: ServerQuestion) -> Step<Outcome>? {
    guard case .recipient(let recipient) = question, let checks = senderChecks, checks.settings.tarpitSeconds > 0,
      !Self.isExempt(recipient), client.allowlists.isEmpty,
      !checks.greylist.knows(network: peer.network, sender: sender, at: checks.now())
    else { return nil }
    let wait = Duration.seconds(checks.settings.tarpitSeconds)
    return .run { _ in
      // Cut short when the client hangs up.
      do { try await Task.sleep(for: wait) } catch { return .waited(question) }
      return .waited(question)
    }
  }

  /// The message about to be judged; nil: it is not looked at.
  func examination(_ intake: Intake, _ transaction: Transaction) -> Examination? {
    guard let checks = senderChecks else { return nil }
    return Examination(
      checks: checks, letter: intake.letter, address: peer.address, helo: machine.client?.text ?? "",
      mailFrom: Self.text(transaction.sender.reversePath), client: client, hostName: service.settings.hostName,
      exempt: transaction.recipients.map(Self.isExempt), removals: intake.arriving?.removals ?? [])
  }

  /// A stranger's message was accepted: its sender is no stranger any more. Not by a message that had not to wait.
  func noteAccepted() {
    guard let checks = senderChecks, checks.settings.greylisting || checks.settings.tarpitSeconds > 0,
      machine.transaction?.recipients.contains(where: { !Self.isExempt($0) }) == true
    else { return }
    checks.greylist.accepted(network: peer.network, sender: sender, at: checks.now())
  }

  private var sender: String { machine.transaction.map { Self.text($0.sender.reversePath) } ?? "" }

  private static func text(_ path: ReversePath) -> String {
    path.address.map { "\($0.localPart)@\($0.hostText)" } ?? ""
  }

  /// RFC 5321 §4.5.1, RFC 2142: who is kept out must be able to ask why.
  static func isExempt(_ recipient: SMTPCommand.Recipient) -> Bool {
    guard let address = recipient.forwardPath.address else { return true }
    let name = address.localPart.lowercased()
    return name == "postmaster" || name == "abuse"
  }
}

extension Examination {
  /// Judges a letter: says where its copies go and what stands at its top, or why it is refused.
  func judge(_ letter: inout Letter, _ trace: LetterTrace) async -> Refusal? {
    let outcome = await run(letter.message)
    // The client is gone: questions that were not answered for that reason decide nothing. It will come again.
    if Task.isCancelled {
      return Refusal(.localError, reason: "the connection was lost while the message was examined")
    }
    switch outcome.settlement {
    case .refuse(let refusal): return refusal
    case .file(let junk):
      for index in letter.recipients.indices where junk[index] { letter.recipients[index].isJunk = true }
    }
    let field = outcome.results.field
    letter.trace = trace.bytes(results: field)
    letter.authenticationResults = Self.value(of: field)
    return nil
  }

  /// What follows the field's name, unfolded.
  private static func value(of field: [UInt8]) -> String {
    let value = field.drop { $0 != UInt8(ascii: ":") }.dropFirst()
    return String(decoding: HeaderField.unfold(Array(value).span, 0..<value.count), as: UTF8.self)
  }
}

/// What this server puts in front of a message (RFC 5321 §4.4).
struct LetterTrace: Sendable {
  var returnPath: [UInt8]
  var received: [UInt8]

  /// RFC 8601 §4: our findings stand above the Received field that they go with.
  func bytes(results: [UInt8] = []) -> [UInt8] { returnPath + results + received }
}
