import Directory
import Logging
import Mail
import Phrases
import Postroom
import SMTP
import Store

/// What is done for a message of our own user when it is filed: counting, the copy in Sent, the report that was asked for.
struct Submission: Sendable {
  let service: SMTPService
  let principal: Principal
  let entry: OpenSession?
  let transaction: Transaction
  let limits: DailyLimits
  /// The account wants its copy filed by the server.
  let filesSentCopy: Bool
  /// The Bcc fields as the author wrote them.
  let bcc: [UInt8]

  /// Files the letter for its recipients and, in the same durable step, in the author's Sent.
  func file(_ letter: Letter) async throws(StoreFault) -> SMTPSession.Outcome {
    var letter = letter
    if filesSentCopy {
      letter.sentCopy = try await sentCopy(of: letter.message)
      do throws(Refusal) {
        try SMTPSession.checkRoom(service.store, principal, letter.sentCopy?.message.size ?? 0)
      } catch {
        return .refused(error)
      }
    }
    // The last moment before the message is everybody's.
    if entry?.isOver(at: service.now()) == true { return .refused(.revoked(service)) }
    let counted = transaction.recipients.map(\.counted)
    let ledger = service.directory.sending
    if limits.areSet {
      let excess = ledger.take(
        counted, of: principal.account, limit: limits.recipients, newLimit: limits.newRecipients, at: service.now())
      if let excess { return .refused(Refusal(SMTPReply(excess: excess), reason: "\(principal.name): \(excess)")) }
    }
    let result = await service.filing.file(letter)
    if result.isComplete {
      await report(letter, result)
    } else if limits.areSet {
      ledger.giveBack(counted, of: principal.account, at: service.now())
    }
    if limits.areSet { service.directory.writeSending() }
    return .filed(result)
  }

  /// The message as its author wrote it: with Bcc, without trace.
  private func sentCopy(of message: SpooledMessage) async throws(StoreFault) -> SentCopy {
    var copy = message
    if !bcc.isEmpty {
      let spool = service.store.spool()
      bcc.withUnsafeBytes { spool.append($0) }
      var start = 0
      while start < message.size {
        message.withBytes { bytes in
          let end = min(start + 65_536, bytes.count)
          spool.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
          start = end
        }
        if spool.needsFlush { try await spool.flush() }
      }
      copy = try await spool.finish()
    }
    return SentCopy(account: AccountID(raw: principal.account), message: copy, identity: message.sentIdentity())
  }

  // MARK: Reports

  /// RFC 3461 §6.2: who asked for NOTIFY=SUCCESS is told once the message is delivered. The sender is one of our own users, so the report
  /// is filed at once; RFC 3461 §6.1: a null reverse-path gets none.
  private func report(_ letter: Letter, _ result: Filing.Result) async {
    let wanted = zip(transaction.recipients, result.fates).filter { recipient, fate in
      fate == .filed && recipient.parameters.notify?.contains(.success) == true
    }
    guard !wanted.isEmpty, let sender = transaction.sender.reversePath.address,
      case .accounts(let accounts) = service.filing.resolve(sender)
    else { return }
    let own = accounts.filter { $0.account == principal.account }
    let name = service.nextLetterName()
    let bytes = message(about: letter, wanted.map(\.0), to: sender, name)
    let spool = service.store.spool()
    bytes.withUnsafeBytes { spool.append($0) }
    do throws(StoreFault) {
      let report = Letter(
        id: name, reversePath: "", recipients: [LetterRecipient(address: sender.displayText, accounts: own)],
        trace: Array("Return-Path: <>\r\n".utf8), message: try await spool.finish())
      _ = await service.filing.file(report)
    } catch {
      service.logger.error("report of delivery not filed", metadata: ["letter": "\(letter.id)", "fault": "\(error)"])
    }
  }

  private func message(
    about letter: Letter, _ recipients: [SMTPCommand.Recipient], to sender: EmailAddress, _ name: String
  ) -> [UInt8] {
    let names = recipients.map { $0.forwardPath.address?.displayText ?? "postmaster" }.joined(separator: "\n")
    let (subject, text) = (Phrase.reportSubject, Phrase.reportDelivered(names))
    return DeliveryReport(
      reporter: service.settings.hostName, sender: sender, messageID: "\(name)@\(service.settings.hostName)",
      date: MailDate(seconds: service.now()), envelopeID: transaction.sender.parameters.envelopeID?.decoded,
      recipients: recipients.map { recipient in
        DeliveryReport.Recipient(
          address: recipient.forwardPath.address?.description ?? "postmaster",
          original: recipient.parameters.originalRecipient.map { ($0.addressType, $0.address ?? $0.encoded) })
      },
      subject: "\(subject.text(in: .english)) / \(subject.text(in: .arabic))",
      text: "\(text.text(in: .english))\n\n\(text.text(in: .arabic))\n", header: Self.header(of: letter.message)
    ).message()
  }

  /// The message's header, at most 64 KiB of whole lines.
  private static func header(of message: SpooledMessage) -> [UInt8] {
    message.withBytes { bytes in
      bytes.withMemoryRebound(to: UInt8.self) { bytes in
        let block = HeaderBlock(scanning: bytes.span)
        var end = block.fields.last?.range.upperBound ?? 0
        for field in block.fields where field.range.upperBound > 65_536 {
          end = field.range.lowerBound
          break
        }
        return Array(bytes[..<end])
      }
    }
  }
}
