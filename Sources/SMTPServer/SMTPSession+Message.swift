import Directory
import Logging
import Mail
import Net
import Postroom
import SMTP
import Store

// The message: socket → reader → spool → filing; the reply only after the store has it.
extension SMTPSession {
  mutating func begin(_ reader: Intake.Reader, _ input: inout Input) {
    let letter = service.nextLetterName()
    var header: AuthoredHeader?
    if principal != nil {
      let domain = service.settings.hostName
      header = AuthoredHeader(
        stamp: .init(date: MailDate(seconds: service.now()), messageID: "\(letter).\(peer.id)@\(domain)"))
    }
    var intake = Intake(reader, spool: service.store.spool(), letter: letter, header: header)
    // RFC 8601 §5. What comes by LMTP was looked at by whoever took it in.
    if machine.settings.role != .lmtp {
      // RFC 3030 §3: what is BINARYMIME stays as it is.
      intake.arriving = ArrivingHeader(
        of: [service.settings.hostName], endsHeader: machine.transaction?.isBinary != true)
    }
    self.intake = intake
    input.isBodyStreaming = true
  }

  mutating func beginChunk(_ chunk: MessageChunk, _ input: inout Input, _ output: inout Output) -> Step<Outcome> {
    if chunk.isFirst {
      let isBinary = machine.transaction?.isBinary == true
      begin(.chunks(ChunkReader(isBinary: isBinary, limit: machine.settings.limits.messageSize)), &input)
    }
    if case .chunks(var reader) = intake?.reader {
      reader.begin(chunk.size)
      intake?.reader = .chunks(reader)
    }
    intake?.chunk = chunk
    return readMessage(&input, &output)
  }

  /// Takes what has come of the message; goes to the disk when the spool's memory is full.
  mutating func readMessage(_ input: inout Input, _ output: inout Output) -> Step<Outcome> {
    guard var message = intake else { return .wait }
    // Between two chunks the input is commands.
    if case .chunks = message.reader, message.chunk == nil { return readCommandBetweenChunks(&input, &output) }
    if !message.isAtEnd {
      let taken = input.withUnsafeBytes { message.read($0) }
      input.consume(taken)
    }
    intake = message
    // RFC 5321 §4.5.3.1.9: too much is 552, but not for ever.
    let limit = machine.settings.limits.messageSize
    if limit > 0, message.taken / 4 > limit { return perform(machine.close(.messageTooLarge), &input, &output) }
    if message.spool.needsFlush, message.fault == nil {
      let spool = message.spool
      return .run { _ in
        do throws(StoreFault) {
          try await spool.flush()
          return .spooled(nil)
        } catch {
          return .spooled(error)
        }
      }
    }
    guard message.isAtEnd else { return .wait }
    return endMessage(&input, &output)
  }

  private mutating func readCommandBetweenChunks(_ input: inout Input, _ output: inout Output) -> Step<Outcome> {
    var consumed = 0
    let step = input.withUnsafeBytes { machine.advance($0, consumed: &consumed) }
    input.consume(consumed)
    let next = perform(step, &input, &output)
    // RSET and EHLO end the message that was begun.
    if machine.transaction == nil, intake?.chunk == nil { dropMessage(&input) }
    return leaveIfIdle(&input, &output) ?? next
  }

  private mutating func endMessage(_ input: inout Input, _ output: inout Output) -> Step<Outcome> {
    if let chunk = intake?.chunk, !chunk.isLast {
      intake?.chunk = nil
      let failure =
        isRevoked
        ? .authenticationRevoked(service.settings.hostName)
        : intake?.findings.isTooLarge == true ? .messageTooLarge : intake?.fault.map(SMTPReply.init(fault:))
      return perform(machine.finishChunk(failure), &input, &output)
    }
    input.isBodyStreaming = false
    intake?.end()
    if let refusal = contentRefusal() {
      log("message refused", refusal)
      isRefusalLogged = true
      dropMessage(&input)
      return end(machine.finishMessage(refusal.reply), &input, &output)
    }
    guard let intake, let transaction = machine.transaction else { return .close }
    return file(intake, transaction)
  }

  /// Why the message cannot be taken, whoever it is for.
  private func contentRefusal() -> Refusal? {
    guard let intake else { return nil }
    let findings = intake.findings
    if isRevoked { return .revoked(service) }
    if let fault = intake.fault { return Refusal(SMTPReply(fault: fault), reason: "spool: \(fault)") }
    // RFC 5321 §6.3: a message that has been through so many servers goes in circles.
    if intake.counter.received > service.settings.receivedLimit {
      return Refusal(.routingLoop, reason: "\(intake.counter.received) Received fields")
    }
    if findings.isTooLarge { return Refusal(.messageTooLarge, reason: "message too large") }
    if findings.hasNUL, machine.transaction?.isBinary != true {
      return Refusal(.unacceptableContent, reason: "NUL in message")
    }
    // RFC 3030 §3: only the body may be binary. A reader that takes a bare CR for a line's end would see other fields than we checked.
    if machine.transaction?.isBinary == true, intake.counter.hasBareCR {
      return Refusal(.bareLineEnd, reason: "bare CR in the header of a binary message")
    }
    if service.settings.refusesBareLineEnds, findings.hasBareLF || findings.hasBareCR {
      return Refusal(.bareLineEnd, reason: "bare CR or LF in message")
    }
    // RFC 5322 §2.1.1. No findings for BINARYMIME, which has no lines.
    if service.settings.refusesLongLines, findings.longestLine > machine.settings.limits.textLine {
      return Refusal(.textLineTooLong, reason: "a line of \(findings.longestLine) octets")
    }
    if intake.counter.headerOctets > AuthoredHeader.limit || intake.header?.isTooLong == true
      || intake.arriving?.isTooLong == true
    {
      return Refusal(.headerTooLong, reason: "header without end")
    }
    guard let header = intake.header, let principal else { return nil }
    return authorRefusal(header.authors, principal)
  }

  /// RFC 6409 §8.1: every mailbox of From and Sender must be the user's own.
  private func authorRefusal(_ authors: AuthoredHeader.Authors?, _ principal: Principal) -> Refusal? {
    guard let authors else { return nil }
    guard authors.fromFields == 1 else {
      return Refusal(.fromFieldNeeded, reason: "\(authors.fromFields) From fields")
    }
    let snapshot = service.directory.snapshot
    for address in authors.addresses {
      guard let address else { return Refusal(.fromFieldNeeded, reason: "unreadable From or Sender") }
      guard snapshot.mayUse(principal.account, address) else {
        return Refusal(
          .notYourAddress(address.description, principal.name), reason: "\(principal.name) does not own \(address)")
      }
    }
    return nil
  }

  private func file(_ intake: Intake, _ transaction: Transaction) -> Step<Outcome> {
    let recipients = transaction.recipients.map { recipient -> LetterRecipient in
      let address = recipient.forwardPath.address?.displayText ?? "postmaster"
      guard case .accounts(let accounts) = resolve(recipient) else {
        return LetterRecipient(address: address, accounts: [])
      }
      return LetterRecipient(address: address, accounts: accounts)
    }
    let reversePath = transaction.sender.reversePath.address?.description ?? ""
    let trace = trace(intake.letter, transaction)
    let filing = service.filing
    let spool = intake.spool
    let name = intake.letter
    let examination = examination(intake, transaction)
    let signature = signature(intake)
    let submission = submission(transaction, bcc: intake.header?.bcc ?? [])
    let remarks = remarks(transaction)
    return .run { _ in
      do throws(StoreFault) {
        let message = try await spool.finish()
        var letter = Letter(
          id: name, reversePath: reversePath, recipients: recipients, trace: trace.bytes(), message: message)
        letter.remarks = remarks
        if let examination, let refusal = await examination.judge(&letter, trace) { return .refused(refusal) }
        if let signature { letter.trace += await signature.fields(message) }
        if let submission { return try await submission.file(letter) }
        return .filed(await filing.file(letter))
      } catch {
        return .refused(Refusal(SMTPReply(fault: error), reason: "spool: \(error)"))
      }
    }
  }

  private func submission(_ transaction: Transaction, bcc: [UInt8]) -> Submission? {
    principal.map {
      Submission(
        service: service, principal: $0, entry: entry, transaction: transaction, limits: dailyLimits,
        // Receipts, which have the null sender, are no letters of a person's.
        filesSentCopy: accountSettings.filesSentCopy && transaction.sender.reversePath.address != nil, bcc: bcc)
    }
  }

  /// RFC 6710 §4.1 (3): the priority that was asked for is logged; so is what else the client wants of the message's way.
  private func remarks(_ transaction: Transaction) -> [String: String] {
    var remarks: [String: String] = [:]
    let parameters = transaction.sender.parameters
    if let asked = parameters.priority {
      remarks["priority"] = "\(priority(of: transaction.sender) ?? 0)"
      remarks["priority_asked"] = "\(asked)"
    }
    if parameters.requireTLS { remarks["requiretls"] = "yes" }
    if let id = parameters.envelopeID { remarks["envid"] = id.encoded }
    return remarks
  }

  mutating func finish(_ result: Filing.Result, _ letter: String) -> ServerStep {
    let accepted = SMTPReply(250, .init(2, 0, 0), "Message accepted as \(letter)")
    if machine.settings.role == .lmtp {
      // Who is named by an address of several accounts and has it gets no second one when the message comes again for the others.
      if result.isPartial { service.filing.willComeAgain(result) }
      return machine.finishMessage(
        perRecipient: result.fates.map { fate in
          switch fate {
          case .filed: accepted
          case .partly(let fault), .refused(let fault): SMTPReply(fault: fault)
          }
        })
    }
    if result.isComplete { return machine.finishMessage(accepted) }
    guard result.isAccepted else { return machine.finishMessage(SMTPReply(fault: result.fault ?? .closed)) }
    // One reply for all, and 250 would lose the copies that were not filed (RFC 5321 §6.1). The client tries again; who has the
    // message now gets no second one.
    service.filing.willComeAgain(result)
    return machine.finishMessage(.someMailboxesFull)
  }
}

extension SMTPReply {
  static let bareLineEnd = SMTPReply(554, .init(5, 6, 0), "Message contains a bare CR or LF")
  static let headerTooLong = SMTPReply(552, .init(5, 3, 4), "The header of the message is too long")
  static let textLineTooLong = SMTPReply(554, .init(5, 6, 0), "A line of the message is longer than 998 octets")
  static let someMailboxesFull = SMTPReply(452, .init(4, 2, 2), "Some recipients cannot take the message now")
  static let fromFieldNeeded = SMTPReply(550, .init(5, 6, 0), "The message needs one From field with your address")

  /// What a client is told of a store's fault: 4yz wherever trying again may help.
  init(fault: StoreFault) {
    self =
      switch fault {
      case .diskFull: .insufficientStorage
      case .overQuota: .mailboxFull
      case .domainOverQuota: .domainFull
      case .noSuchAccount: .noSuchUser
      case .tooLarge: .messageTooLarge
      default: .localError
      }
  }
}
