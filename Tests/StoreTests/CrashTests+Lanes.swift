import Database
import Glibc
import Synchronization
import Testing

@testable import Store

/// Several lanes.
extension CrashTests {
  @Test(arguments: killPoints + [.intentDurable], [0, 1])
  func severalLanesFileExactlyOnce(_ point: DurableStep.Point, _ lane: Int) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2, 3, 4])
    trap.arm(point, .kill, lane: lane)
    var isAcknowledged = false
    do {
      isAcknowledged = try await fixture.deliver("hello", to: [1, 2, 3, 4], trace: "T: 1\r\n").isAccepted
    } catch { #expect(error as? StoreFault == .closed) }
    for _ in 0..<2 {
      try await fixture.reopen()
      var copies: [Int] = []
      for account in 1...4 as ClosedRange<Int64> {
        let texts = try await fixture.texts("INBOX", account)
        #expect(texts.values.allSatisfy { $0 == "T: 1\r\nhello" })
        copies.append(texts.count)
      }
      #expect(copies == [1, 1, 1, 1] || (!isAcknowledged && copies == [0, 0, 0, 0]))
      #expect(try await fixture.store.verify().mistakes.isEmpty)
    }
    let open = try fixture.store.lanes[0].performBlocking { transaction throws(StoreFault) in try transaction.intents()
    }
    #expect(open.isEmpty)
  }

  /// A delivery key whose copy did not reach the disk goes with it, or the copy would never be filed.
  @Test(arguments: [DurableStep.Point.segmentSync, .committed], [0, 1])
  func aDeliveryKeyDoesNotOutliveItsCopy(_ point: DurableStep.Point, _ lane: Int) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2, 3, 4])
    let path = "\(fixture.folder)/lane-\(lane)/segments/00000001"
    let durable = try Descriptor.open(path, O_RDWR).length()
    trap.arm(point, .kill, lane: lane)
    var isAcknowledged = false
    do { isAcknowledged = try await fixture.deliver("hello", to: [1, 2, 3, 4]).isAccepted } catch {}
    await fixture.close()
    if point == .segmentSync { try Descriptor.open(path, O_RDWR).truncate(to: durable) }
    try await fixture.reopen(Fixture.options(lanes: 2))
    var copies: [Int] = []
    for account in 1...4 as ClosedRange<Int64> { copies.append(try await fixture.texts("INBOX", account).count) }
    #expect(copies == [1, 1, 1, 1] || (!isAcknowledged && copies == [0, 0, 0, 0]))
    #expect(try await fixture.store.verify().mistakes.isEmpty)
  }

  /// How far an import is, and its messages' unique ids, do not outlive a message that did not reach the disk: it comes again.
  @Test(arguments: [DurableStep.Point.segmentSync, .committed])
  func anImportKeepsStepWithItsMessages(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    let path = "\(fixture.folder)/lane-0/segments/00000001"
    let durable = try Descriptor.open(path, O_RDWR).length()
    trap.arm(point, .kill)
    let mark = ImportMark(key: [1], position: 9)
    do { try await fixture.take("old-id", mark) } catch {}
    await fixture.close()
    if point == .segmentSync { try Descriptor.open(path, O_RDWR).truncate(to: durable) }
    try await fixture.reopen()
    let isThere = try await fixture.texts().count == 1
    #expect(try await (fixture.store.importMark([1], of: Fixture.account) != nil) == isThere)
    if !isThere { try await fixture.take("old-id", mark) }
    #expect(try await fixture.uniqueIDs() == ["old-id"])
    #expect(try await fixture.store.verify().mistakes.isEmpty)
  }

  /// A lane of the recipients has no room, or stops, after the intent is durable.
  @Test(arguments: [InjectedFault.error(ENOSPC), .kill], [DurableStep.Point.segmentWrite, .commit])
  func aLaneThatFailsAfterTheIntentGetsItsCopiesLater(_ fault: InjectedFault, _ point: DurableStep.Point) async throws {
    for lane in 0..<2 {
      let trap = Trap()
      let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2, 3, 4])
      trap.arm(point, fault, lane: lane)
      var isAcknowledged = false
      do { isAcknowledged = try await fixture.deliver("hello", to: [1, 2, 3, 4]).isAccepted } catch {}
      try await fixture.reopen(Fixture.options(lanes: 2))
      // Who was not told so sends again.
      if !isAcknowledged { try await fixture.deliver("hello", to: [1, 2, 3, 4]) }
      for account in 1...4 as ClosedRange<Int64> {
        #expect(try await fixture.texts("INBOX", account).count == 1, "account \(account), lane \(lane)")
      }
      #expect(try await fixture.store.verify().mistakes.isEmpty)
    }
  }

  /// Finishing what an earlier fault left never meddles with a delivery that is being done.
  @Test func finishingLeavesLiveDeliveriesAlone() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 2), accounts: [1, 2, 3, 4])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<150 {
        group.addTask { try await fixture.deliver("letter \(number)", to: [1, 2, 3, 4]) }
        if number % 3 == 0 { group.addTask { try await fixture.store.finishDeliveries() } }
      }
      try await group.waitForAll()
    }
    for account in 1...4 as ClosedRange<Int64> {
      let texts = try await fixture.texts("INBOX", account).values
      #expect(texts.count == 150 && Set(texts).count == 150, "account \(account)")
    }
  }

  /// What was found about the sender is there for the recipients of an interrupted delivery too.
  @Test func findingsSurviveAKill() async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2])
    trap.arm(.intentDurable, .kill, lane: 0)
    let trace =
      "Return-Path: <a@b>\r\nAuthentication-Results: mx.example;\r\n\tspf=pass smtp.mailfrom=b\r\nReceived: x\r\n"
    do {
      _ = try await fixture.store.deliver(
        try await fixture.spooled(Array("Authentication-Results: forged; none\r\n\r\nx".utf8)),
        trace: Array(trace.utf8),
        sender: "a@b", to: [1, 2].map { DeliveryRecipient(account: AccountID(raw: $0)) },
        authenticationResults: "mx.example;\tspf=pass smtp.mailfrom=b")
    } catch { #expect(error as? StoreFault == .closed) }
    try await fixture.reopen()
    for account in [1, 2] as [Int64] {
      let table = try await fixture.inbox(account).state.table
      try #require(table.count == 1)
      let derived = try await fixture.store.derived([table[0].email], of: AccountID(raw: account))
      #expect(derived.first??.authenticationResults == "mx.example;\tspf=pass smtp.mailfrom=b", "\(account)")
    }
  }

  @Test func aFinishedDeliveryLeavesNoKeys() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 2), accounts: [1, 2])
    try await fixture.deliver("hello", to: [1, 2])
    await fixture.close()
    for lane in 0..<2 {
      let connection = try Connection("\(fixture.folder)/lane-\(lane)/index.sqlite", .writer)
      #expect(try connection.rows(LaneSQL.allFiled) { $0.int(0) }.isEmpty)
      #expect(try connection.rows(LaneSQL.intents, [0, 1]) { $0.int(0) }.isEmpty)
      connection.close()
    }
  }

  /// A crash between settling and forgetting leaves keys; housekeeping forgets them, and no others.
  @Test func keysOfInterruptedDeliveriesAreForgotten() async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options(lanes: 2), accounts: [1, 2, 3, 4])
    trap.arm(.intentDurable, .kill, lane: 0)
    _ = try await fixture.deliver("hello", to: [1, 2, 3, 4])
    // The start files the copies under their keys and settles the intent.
    try await fixture.reopen(Fixture.options(lanes: 2))
    let count = { @Sendable (lane: Int) throws(StoreFault) -> Int in
      try fixture.store.lanes[lane].performBlocking { transaction throws(StoreFault) in
        try inStore { () throws(DatabaseFault) in
          try transaction.connection.rows(LaneSQL.filedOfKind, [.bytes([0x69]), .bytes([0x6A])]) { $0.int(0) }.count
        }
      }
    }
    #expect(try count(1) == 2)
    // A delivery that is not settled yet keeps its keys.
    let open = try fixture.store.lanes[0].performBlocking { transaction throws(StoreFault) in
      transaction.willChange()
      let qid: Int64 = 77
      try transaction.run(LaneSQL.insertQueue, [0, .int(qid), 0, .bytes([1]), "", 0, 0])
      return qid
    }
    try fixture.store.lanes[1].performBlocking { transaction throws(StoreFault) in
      transaction.willChange()
      try transaction.run(LaneSQL.insertFiled, [2, .bytes(intentKey(lane: 0, qid: open, number: 1)), 0])
    }
    try await fixture.store.finishDeliveries()
    #expect(try count(1) == 1)
    try fixture.store.lanes[0].performBlocking { transaction throws(StoreFault) in
      transaction.willChange()
      try transaction.run(LaneSQL.deleteQueue, [0, .int(open)])
    }
    try await fixture.store.finishDeliveries()
    #expect(try count(1) == 0)
    // What is remembered of lost replies stays.
    guard case .filedBefore = try await fixture.deliver("hello", to: [2]).fates[0] else {
      Issue.record("a second copy")
      return
    }
  }

  @Test func aFullAccountOnAnotherLaneIsRefusedBeforeTheIntent() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 2), accounts: [1, 2])
    try await fixture.store.setLimits(bytes: 1, count: nil, of: AccountID(raw: 2))
    let outcome = try await fixture.deliver("hello", to: [1, 2, 9])
    guard case .filed = outcome.fates[0], case .refused(.overQuota) = outcome.fates[1],
      case .refused(.noSuchAccount) = outcome.fates[2]
    else {
      Issue.record("\(outcome.fates)")
      return
    }
    #expect(try await fixture.texts("INBOX", 2).isEmpty)
  }
}
