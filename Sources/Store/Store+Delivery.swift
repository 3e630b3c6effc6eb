import Logging

extension Store {
  /// Files one message for one or more local accounts; durable when it returns. All recipients get `trace` + message.
  ///
  /// `trace` is put before the message as it is (Return-Path, Received, … each line ending in CRLF). `sender` is the reverse-path,
  /// used only to recognise a resend. `authenticationResults` is kept beside the message. The same account and role given twice is filed once. Throws when *nothing* was accepted
  /// (`.diskFull`, `.overQuota` when it holds for everyone, `.readOnly`, …): answer 4xx/5xx; otherwise look at each fate.
  ///
  /// With `sentCopy` the author's copy becomes durable in the same batch as the first recipients' copies and the intent for the others;
  /// its fate is the outcome's `sentFate`.
  package func deliver(
    _ message: SpooledMessage, trace: [UInt8], sender: String, to recipients: [DeliveryRecipient],
    authenticationResults: String? = nil, sentCopy: SentCopy? = nil
  ) async throws(StoreFault) -> DeliveryOutcome {
    var derived = message.derived
    derived.authenticationResults = authenticationResults
    guard let sentCopy else { return try await deliver(message, derived, trace, sender, recipients, nil) }
    // First in the list, so that its lane is the delivery's first.
    let author = DeliveryRecipient(account: sentCopy.account, role: .sent, flags: .seen)
    var outcome = try await deliver(message, derived, trace, sender, [author] + recipients, sentCopy)
    outcome.sentFate = outcome.fates.removeFirst()
    outcome.sentResendKey = outcome.resendKeys.removeFirst()
    if !outcome.isAccepted {
      if case .refused(let fault) = outcome.fates.first { throw fault }
      throw .noSuchAccount
    }
    return outcome
  }

  private func deliver(
    _ message: SpooledMessage, _ derived: Derived, _ trace: [UInt8], _ sender: String,
    _ recipients: [DeliveryRecipient], _ sentCopy: SentCopy?
  ) async throws(StoreFault) -> DeliveryOutcome {
    var fates = [DeliveryOutcome.Fate?](repeating: nil, count: recipients.count)
    var wanted = sort(recipients, message, sender, &fates)
    if let sentCopy, wanted.first?.recipients.first?.role == .sent {
      wanted[0].recipients[0].sentCopy = SentCopyPlan(
        blob: BlobPlan(sentCopy.message, trace: []), derived: sentCopy.message.derived, identity: sentCopy.identity)
    }
    if wanted.count > 1 { refuseFull(&wanted, trace.count + message.size, &fates) }
    if let first = wanted.first {
      let plan = DeliveryPlan(
        blob: BlobPlan(message, trace: trace), derived: derived, sender: sender, here: first.recipients,
        elsewhere: wanted.dropFirst().flatMap(\.recipients))
      let lane = lanes[first.lane]
      let outcome = try await lane.perform(weight: plan.blob.totalLength) { [underWay] transaction throws(StoreFault) in
        let outcome = try transaction.deliver(plan)
        if let qid = outcome.qid { underWay.add(qid, lane: first.lane) }
        return outcome
      }
      for (number, fate) in outcome.fates { fates[number] = fate }
      if let qid = outcome.qid {
        let done = await fileElsewhere(Array(wanted.dropFirst()), plan, qid, first.lane)
        for (number, fate) in done { fates[number] = fate }
      }
    }
    return try outcome(fates, recipients, message, sender)
  }

  /// Recipients by lane, in the order given; unknown accounts get their fate at once.
  private func sort(
    _ recipients: [DeliveryRecipient], _ message: SpooledMessage, _ sender: String,
    _ fates: inout [DeliveryOutcome.Fate?]
  ) -> [(lane: Int, recipients: [DeliveryPlan.Recipient])] {
    var sorted: [(lane: Int, recipients: [DeliveryPlan.Recipient])] = []
    for (number, recipient) in recipients.enumerated() {
      let lane: Int
      do throws(StoreFault) { lane = try self.lane(of: recipient.account).number } catch {
        fates[number] = .refused(error)
        continue
      }
      let isRepeat = recipients[..<number].contains { $0.account == recipient.account && $0.role == recipient.role }
      if isRepeat { continue }
      let planned = DeliveryPlan.Recipient(
        number: number, account: recipient.account, role: recipient.role, flags: recipient.flags,
        resendKey: ResendKey.bytes(
          sender: sender, account: recipient.account, message: message.hash, role: recipient.role))
      if promised.contains(ResendKey(account: planned.account, bytes: planned.resendKey)) {
        fates[number] = .accepted
        continue
      }
      if let place = sorted.firstIndex(where: { $0.lane == lane }) {
        sorted[place].recipients.append(planned)
      } else {
        sorted.append((lane, [planned]))
      }
    }
    return sorted
  }

  /// Recipients of an intent are asked for room before it is written, because after it they must be served.
  private func refuseFull(
    _ wanted: inout [(lane: Int, recipients: [DeliveryPlan.Recipient])], _ size: Int,
    _ fates: inout [DeliveryOutcome.Fate?]
  ) {
    for place in wanted.indices.dropFirst() {
      wanted[place].recipients.removeAll { recipient in
        switch room(for: size, in: recipient.account) {
        case .enough: return false
        case .domainFull: fates[recipient.number] = .refused(.domainOverQuota)
        case .full, .neverEnough: fates[recipient.number] = .refused(.overQuota)
        }
        return true
      }
    }
    wanted.removeAll(where: \.recipients.isEmpty)
  }

  private func outcome(
    _ fates: [DeliveryOutcome.Fate?], _ recipients: [DeliveryRecipient], _ message: SpooledMessage, _ sender: String
  ) throws(StoreFault) -> DeliveryOutcome {
    var outcome = DeliveryOutcome(fates: [], resendKeys: [])
    for (number, recipient) in recipients.enumerated() {
      if let fate = fates[number] {
        outcome.fates.append(fate)
      } else {
        // Given twice: shares the fate of the first.
        let first = recipients.firstIndex { $0.account == recipient.account && $0.role == recipient.role } ?? number
        outcome.fates.append(fates[first] ?? .refused(.noSuchAccount))
      }
      let key = ResendKey.bytes(
        sender: sender, account: recipient.account, message: message.hash, role: recipient.role)
      outcome.resendKeys.append(ResendKey(account: recipient.account, bytes: key))
    }
    if !outcome.isAccepted {
      if case .refused(let fault) = outcome.fates.first { throw fault }
      throw .noSuchAccount
    }
    return outcome
  }

  /// Adds messages to a mailbox (APPEND, MULTIAPPEND, import), all or nothing. Throws `.overQuota`, `.tooManyKeywords`, ….
  ///
  /// `who`: whose own flags those of the messages are, where members have an own state; nil = everybody's.
  package func append(
    _ items: [AppendItem], to mailbox: MailboxID, of account: AccountID, by who: AccountID? = nil
  ) async throws(StoreFault) -> AppendResult {
    let messages = planned(items)
    let weight = messages.reduce(0) { $0 + $1.0.plan.totalLength }
    return try await lane(of: account).perform(weight: weight) { transaction throws(StoreFault) in
      try transaction.append(messages, to: mailbox, of: account, by: who)
    }
  }

  /// To be called when the 250 of a delivery could not be written to the socket: for five days the same message from the same
  /// sender to the same accounts gets 250 and no second copy (invariant 6). Returns at once.
  ///
  /// Only a copy that is there is noted on disk: the key says that nothing is to be filed any more, also to the intent that promised it.
  package func replyWasLost(_ outcome: DeliveryOutcome) {
    var byLane: [Int: [ResendKey]] = [:]
    let sent = [(outcome.sentFate, outcome.sentResendKey)].compactMap { fate, key in
      fate.flatMap { fate in key.map { (fate, $0) } }
    }
    for (fate, key) in Array(zip(outcome.fates, outcome.resendKeys)) + sent {
      switch fate {
      case .refused: continue
      case .accepted: promised.add(key)
      case .filed, .filedBefore:
        // An account removed meanwhile needs no memory.
        guard let lane = home(of: key.account) else { continue }
        byLane[lane, default: []].append(key)
      }
    }
    for (lane, keys) in byLane {
      let logger = logger
      lanes[lane].submit(weight: 0) { transaction throws(StoreFault) in
        try transaction.remember(keys)
      } _: { (result: Result<Void, StoreFault>) in
        if case .failure(let fault) = result {
          logger.error("could not note a lost reply", metadata: ["fault": "\(fault)"])
        }
      }
    }
  }
}
