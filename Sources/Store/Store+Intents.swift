import Database
import Logging

extension Store {
  /// Files for the recipients of an intent on other lanes, then settles it. What fails stays in the intent for later.
  func fileElsewhere(
    _ wanted: [(lane: Int, recipients: [DeliveryPlan.Recipient])], _ plan: DeliveryPlan, _ qid: Int64, _ home: Int
  ) async -> [(number: Int, fate: DeliveryOutcome.Fate)] {
    var fates: [(number: Int, fate: DeliveryOutcome.Fate)] = []
    if options.fault?(DurableStep(lane: home, point: .intentDurable)) != nil {
      return wanted.flatMap(\.recipients).map { ($0.number, .accepted) }
    }
    for (lane, recipients) in wanted {
      do throws(StoreFault) {
        fates += try await lanes[lane].perform(weight: plan.blob.totalLength) { transaction throws(StoreFault) in
          try transaction.fileIntents(recipients, plan, qid: qid, home: home)
        }
      } catch {
        logger.error(
          "a delivery will be finished later",
          metadata: ["fault": "\(error)", "lane": "\(lane)", "intent": "\(home)/\(qid)"])
        fates += recipients.map { ($0.number, .accepted) }
      }
    }
    let done = fates.compactMap { entry -> Int? in
      if case .accepted = entry.fate { return nil }
      return entry.number
    }
    settleIntent(qid, of: home, numbers: done, wanted)
    return fates
  }

  /// The copies of recipients `numbers` are safe: crosses them off, and then their keys. Nobody waits for it: an intent that a crash
  /// leaves is found at the next start and changes nothing.
  private func settleIntent(
    _ qid: Int64, of home: Int, numbers: [Int], _ wanted: [(lane: Int, recipients: [DeliveryPlan.Recipient])]
  ) {
    let (lanes, underWay) = (lanes, underWay)
    let note = { @Sendable [logger] (result: Result<Void, StoreFault>) in
      // Closed: the next start looks after it.
      if case .failure(let fault) = result, fault != .closed {
        logger.error("an intent stays for the next start", metadata: ["fault": "\(fault)", "intent": "\(home)/\(qid)"])
      }
    }
    lanes[home].submit(weight: 0) { transaction throws(StoreFault) in
      try transaction.settle(intent: qid, numbers: numbers)
    } _: { (result: Result<Void, StoreFault>) in
      underWay.remove(qid, lane: home)
      note(result)
      guard case .success = result else { return }
      for (lane, recipients) in wanted {
        let done = recipients.filter { numbers.contains($0.number) }
        lanes[lane].submit(
          weight: 0,
          { transaction throws(StoreFault) in try transaction.forgetIntent(done, qid: qid, home: home) }, note)
      }
    }
  }

  /// Finishes deliveries to several lanes that an earlier fault left unfinished. At start it runs by itself; call it again (rarely)
  /// while running when a lane had no room.
  package func finishDeliveries() async throws(StoreFault) {
    try await spooler.run { () throws(StoreFault) in
      try self.finishing.hold { () throws(StoreFault) in
        try self.finishIntents()
        try self.forgetSettledKeys()
      }.get()
    }
  }

  /// Keys of deliveries that a crash kept from being forgotten. Safe: a key is there only after its intent was durable, numbers of
  /// intents are never given out again, and an intent that is gone (and not being done at this moment) is settled durably, because the
  /// lane answers only then; nobody will ask for the key any more.
  func forgetSettledKeys() throws(StoreFault) {
    let kind = UInt8(ascii: "i")
    try eachLane { lane throws(StoreFault) in
      let keys = try lane.performBlocking { transaction throws(StoreFault) in
        try inStore { () throws(DatabaseFault) in
          try transaction.connection.rows(LaneSQL.filedOfKind, [.bytes([kind]), .bytes([kind + 1])]) {
            IntentKey(account: AccountID(raw: $0.int(0)), bytes: $0.bytes(1))
          }
        }
      }
      var settled: [IntentKey] = []
      for (home, some) in Dictionary(grouping: keys, by: \.home) {
        // An intent of a lane that this folder does not have cannot come back.
        guard lanes.indices.contains(home) else {
          settled += some
          continue
        }
        settled += try lanes[home].performBlocking { [underWay] transaction throws(StoreFault) in
          try some.filterFaulty { key throws(StoreFault) in
            if underWay.contains(key.qid, lane: home) { return false }
            return try inStore { () throws(DatabaseFault) in
              try transaction.connection.first(LaneSQL.intent, [0, .int(key.qid)]) { _ in true } == nil
            }
          }
        }
      }
      if settled.isEmpty { return }
      let gone = settled
      try lane.performBlocking { transaction throws(StoreFault) in
        transaction.willChange()
        for key in gone { try transaction.run(LaneSQL.deleteFiled, [.int(key.account.raw), .bytes(key.bytes)]) }
      }
      lane.logger.info("keys of finished deliveries forgotten", metadata: ["count": "\(gone.count)"])
    }
  }

  /// Blocks: for the start and for spool threads.
  func finishIntents() throws(StoreFault) {
    promised.forgetOld()
    try eachLane { lane throws(StoreFault) in
      let intents = try lane.performBlocking { [underWay] transaction throws(StoreFault) in
        try transaction.intents().filter { !underWay.contains($0.qid, lane: lane.number) }
      }
      for intent in intents { try finish(intent, of: lane) }
    }
  }

  private func finish(_ intent: Intent, of lane: Lane) throws(StoreFault) {
    let plan: DeliveryPlan
    do throws(StoreFault) {
      // Trace header and message apart, as they came: the blob's name is made of both.
      let reader = BlobReader(segments: lane.segments)
      let trace = try reader.traceLength(intent.location, hash: intent.hash)
      let bytes = try reader.read(intent.location)
      let body = Array(bytes[trace...])
      let message = try SpooledMessage(.memory(body), hash: BlobPlan.hash(of: body), spooler)
      var derived = message.derived
      derived.authenticationResults = TopResults.value(in: bytes)
      plan = DeliveryPlan(
        blob: BlobPlan(message, trace: Array(bytes[..<trace])), derived: derived, sender: intent.sender, here: [],
        elsewhere: [])
    } catch {
      lane.logger.critical("the message of an unfinished delivery cannot be read", metadata: ["fault": "\(error)"])
      return
    }
    var done: [Int] = []
    for recipient in intent.recipients {
      let key = ResendKey(account: recipient.account, bytes: recipient.resendKey)
      guard let home = home(of: recipient.account) else {
        promised.remove(key)
        done.append(recipient.number)
        continue
      }
      do throws(StoreFault) {
        try lanes[home].performBlocking { transaction throws(StoreFault) in
          let fates = try transaction.fileIntents([recipient], plan, qid: intent.qid, home: lane.number)
          if key.bytes == PlaceRecord.noKey { return }
          // Nobody was told of it in time: should the client send it again, it is known.
          try transaction.remember([key])
          if case .filed = fates[0].fate { transaction.note(filed: key.deliveryKey, of: key.account) }
        }
        promised.remove(key)
        done.append(recipient.number)
      } catch {
        if key.bytes != PlaceRecord.noKey { promised.add(key) }
        logger.error("a delivery stays unfinished", metadata: ["fault": "\(error)", "intent": "\(intent.qid)"])
      }
    }
    let settled = done
    try lane.performBlocking { transaction throws(StoreFault) in
      try transaction.settle(intent: intent.qid, numbers: settled)
    }
  }
}

/// An unfinished delivery as it is after a restart.
struct Intent: Sendable {
  var qid: Int64
  var sender: String
  var hash: [UInt8]
  var location: BlobLocation
  var recipients: [DeliveryPlan.Recipient]
}

extension LaneTransaction {
  func fileIntents(
    _ recipients: [DeliveryPlan.Recipient], _ plan: DeliveryPlan, qid: Int64, home: Int
  ) throws(StoreFault) -> [(number: Int, fate: DeliveryOutcome.Fate)] {
    var fates: [(number: Int, fate: DeliveryOutcome.Fate)] = []
    for recipient in recipients {
      let key = intentKey(lane: home, qid: qid, number: recipient.number)
      fates.append((recipient.number, try fileIntent(recipient, key: key, plan)))
    }
    return fates
  }

  func intents() throws(StoreFault) -> [Intent] {
    let rows = try inStore { () throws(DatabaseFault) in
      try connection.rows(LaneSQL.intents, [0, .int(Self.intentFlag)]) { ($0.int(0), $0.bytes(2), $0.text(3)) }
    }
    var intents: [Intent] = []
    for (qid, hash, sender) in rows {
      let location = try inStore { () throws(DatabaseFault) in
        try connection.first(LaneSQL.blob, [0, .bytes(hash)]) { BlobLocation(row: $0, from: 0) }
      }
      let recipients = try inStore { () throws(DatabaseFault) in
        try connection.rows(LaneSQL.recipients, [0, .int(qid)]) {
          DeliveryPlan.Recipient(number: Int($0.int(0)), intentText: $0.text(1))
        }
      }
      guard let location, let location else { continue }
      intents.append(
        Intent(
          qid: qid, sender: sender, hash: hash, location: location, recipients: recipients.compactMap { $0 }))
    }
    return intents
  }
}
