import Database
import Glibc
import Synchronization
import Testing

@testable import Store

/// A fault that waits for its moment, and happens once.
final class Trap: Sendable {
  private let armed = Mutex<(lane: Int, point: DurableStep.Point, fault: InjectedFault)?>(nil)
  private let times = Mutex(0)

  var options: StoreOptions { options(lanes: 1) }

  func options(lanes: Int) -> StoreOptions {
    Fixture.options(lanes: lanes) { options in
      options.fault = { step in
        let fault = self.armed.withLock { armed -> InjectedFault? in
          guard let set = armed, set.lane == step.lane, set.point == step.point else { return nil }
          armed = nil
          return set.fault
        }
        if fault != nil { self.times.withLock { $0 += 1 } }
        return fault
      }
    }
  }

  func arm(_ point: DurableStep.Point, _ fault: InjectedFault, lane: Int = 0) {
    armed.withLock { $0 = (lane, point, fault) }
  }

  var sprung: Int { times.withLock { $0 } }
}

@Suite struct CrashTests {
  /// What happened to the file between the crash and the next start.
  enum Damage: CaseIterable { case none, cutBatch, cutHalf, garbled }

  static let killPoints: [DurableStep.Point] = [
    .begin, .statementsDone, .segmentWrite, .segmentWritten, .segmentSync, .segmentSynced, .commit, .committed,
  ]

  func spoil(_ fixture: Fixture, from durable: Int, _ damage: Damage) throws {
    let path = "\(fixture.folder)/lane-0/segments/00000001"
    let file = try Descriptor.open(path, O_RDWR)
    let length = try file.length()
    guard length > durable else { return }
    switch damage {
    case .none: break
    case .cutBatch: try file.truncate(to: durable)
    case .cutHalf: try file.truncate(to: durable + (length - durable) / 2)
    case .garbled:
      try noise(100).withFaulty { bytes throws(StoreFault) in
        try file.write(bytes, at: durable + (length - durable) / 3)
      }
    }
  }

  /// Everything readable, counted right, numbers growing.
  func checkSound(_ fixture: Fixture, _ account: Int64, above uid: UID, _ modseq: Modseq) async throws {
    var bytes = 0
    var count = 0
    for info in try await fixture.store.mailboxes(of: AccountID(raw: account)) {
      let texts = try await fixture.texts(info.name, account)
      bytes += texts.values.reduce(0) { $0 + $1.utf8.count }
      count += texts.count
    }
    let usage = try await fixture.store.usage(of: AccountID(raw: account))
    #expect(usage.bytes == Int64(bytes) && usage.count == Int64(count))
    try await fixture.deliver("after", to: [account])
    let state = try await fixture.inbox(account).state
    let last = state.table[state.table.count - 1]
    #expect(last.uid > uid && last.modseq > modseq && state.uidNext > last.uid)
    #expect(Set(state.table.records.map(\.item)).count == state.table.count)
  }

  @Test(arguments: killPoints, Damage.allCases)
  func addingSurvivesAKill(_ point: DurableStep.Point, _ damage: Damage) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    for text in ["one", "two"] { try await fixture.deliver(text) }
    let before = try await fixture.inbox().state
    let durable = try fixture.segmentLength()
    trap.arm(point, .kill)
    var acknowledged: [String] = []
    await withTaskGroup(of: String?.self) { group in
      for number in 0..<5 {
        group.addTask {
          let text = "new \(number) " + String(repeating: "x", count: number * 9_000)
          do {
            try await fixture.deliver(text)
            return text
          } catch { return nil }
        }
      }
      for await text in group { if let text { acknowledged.append(text) } }
    }
    #expect(trap.sprung == 1)
    await fixture.close()
    // Only bytes that no answer depends on may be lost.
    if acknowledged.isEmpty { try spoil(fixture, from: durable, damage) }
    try await fixture.reopen()
    let texts = try await fixture.texts()
    for text in ["one", "two"] + acknowledged { #expect(texts.values.contains(text)) }
    #expect(texts.values.allSatisfy { ["one", "two"].contains($0) || $0.hasPrefix("new ") })
    #expect(Set(texts.values).count == texts.count)
    try await checkSound(fixture, 1, above: max(before.uidNext - 1, texts.keys.max() ?? 0), before.highestModseq)
  }

  @Test(arguments: [0, 1, 79, 80, 200, 1_000, 9_500])
  func aTornWriteIsDropped(_ bytes: Int) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    try await fixture.deliver("one")
    trap.arm(.segmentWrite, .tear(bytes: bytes))
    await #expect(throws: StoreFault.closed) { try await fixture.deliver(String(repeating: "x", count: 9_000)) }
    try await fixture.reopen()
    #expect(try await fixture.texts() == [1: "one"])
    try await checkSound(fixture, 1, above: 1, 2)
  }

  /// A batch that moves or removes: the index never gets ahead of the blobs.
  @Test(arguments: killPoints)
  func movingSurvivesAKill(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    for text in ["one", "two", "three"] { try await fixture.deliver(text) }
    let inbox = try await fixture.inbox()
    let archive = try await fixture.open("Archive")
    let modseq = inbox.state.highestModseq
    trap.arm(point, .kill)
    await #expect(throws: StoreFault.closed) { try await fixture.store.move([1, 3], from: inbox, to: archive.id) }
    #expect(inbox.state.table.count == 3)
    try await fixture.reopen()
    let left = try await fixture.texts().values.sorted()
    let moved = try await fixture.texts("Archive").values.sorted()
    if moved.isEmpty {
      #expect(left == ["one", "three", "two"])
    } else {
      #expect(left == ["two"] && moved == ["one", "three"])
    }
    try await checkSound(fixture, 1, above: 3, modseq)
  }

  /// An append and an expunge in one batch: losing the new blob must bring back the old message.
  @Test(arguments: [DurableStep.Point.segmentWritten, .segmentSync])
  func replacingIsAllOrNothing(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    try await fixture.deliver("old")
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.setFlags(FlagChange(uids: [1], mode: .add, flags: .deleted), in: inbox)
    let durable = try fixture.segmentLength()
    let message = try await fixture.spooled(Array("new".utf8))
    trap.arm(point, .kill)
    let append = NewMessage(plan: BlobPlan(message, trace: []), derived: message.derived, flags: [], internalDate: 0)
    let id = inbox.id
    await #expect(throws: StoreFault.closed) {
      try await fixture.store.lanes[0].perform { transaction throws(StoreFault) in
        _ = try transaction.append([(append, keywords: [])], to: id, of: Fixture.account)
        _ = try transaction.expunge(.everything, in: id, of: Fixture.account)
      }
    }
    await fixture.close()
    try spoil(fixture, from: durable, .cutBatch)
    try await fixture.reopen()
    #expect(try await fixture.texts().values.sorted() == ["old"])
  }

  // MARK: Faults without a crash

  @Test(arguments: [DurableStep.Point.segmentWrite, .commit])
  func aFullDiskIsSaidAndPasses(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    try await fixture.deliver("one")
    trap.arm(point, .error(ENOSPC))
    await #expect(throws: StoreFault.diskFull) { try await fixture.deliver("two") }
    try await fixture.deliver("three")
    #expect(try await fixture.texts().values.sorted() == ["one", "three"])
    try await fixture.reopen()
    #expect(try await fixture.texts().values.sorted() == ["one", "three"])
  }

  @Test func withoutRoomRemovingGoesOn() async throws {
    let fixture = try await Fixture()
    try await fixture.deliver("one")
    try await fixture.reopen(Fixture.options { $0.diskReserve = .max })
    await #expect(throws: StoreFault.diskFull) { try await fixture.deliver("two") }
    let inbox = try await fixture.inbox()
    try await fixture.store.remove(items: [1], from: inbox.id, of: Fixture.account)
    #expect(inbox.state.table.isEmpty)
  }

  @Test(arguments: [DurableStep.Point.segmentSync, .commit])
  func aFailedSyncPoisonsTheLane(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    try await fixture.deliver("one")
    let inbox = try await fixture.inbox()
    trap.arm(point, .error(EIO))
    for _ in 0..<2 {
      do {
        try await fixture.deliver("two")
        Issue.record("acknowledged")
      } catch {
        guard case StoreFault.readOnly = error else {
          Issue.record(error)
          return
        }
      }
    }
    #expect(inbox.state.table.count == 1)
    #expect(try await fixture.store.content(inbox.state.table[0].email, of: Fixture.account) == Array("one".utf8))
    try await fixture.reopen()
    #expect(try await fixture.texts().values.allSatisfy { ["one", "two"].contains($0) })
    try await checkSound(fixture, 1, above: 1, 2)
  }

  /// The index was ahead when the sync of the segment failed: everybody still reads what was there before.
  @Test(arguments: [DurableStep.Point.segmentSync, .commit])
  func readingGoesOnAfterAFailedSync(_ point: DurableStep.Point) async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    try await fixture.deliver("one")
    try await fixture.reopen(trap.options)
    trap.arm(point, .error(EIO))
    await #expect(throws: StoreFault.self) { try await fixture.deliver("two") }
    #expect(try await fixture.texts() == [1: "one"])
    try await fixture.reopen()
    #expect(try await fixture.texts().values.allSatisfy { ["one", "two"].contains($0) })
    #expect(try await fixture.store.verify().mistakes.isEmpty)
    try await checkSound(fixture, 1, above: 1, 2)
  }

  // MARK: Damage

  @Test func aRottenBlobIsIsolated() async throws {
    let fixture = try await Fixture()
    let texts = ["one", "two", "three"].map { $0 + String(repeating: "-", count: 3_000) }
    for text in texts { try await fixture.deliver(text) }
    await fixture.close()
    let file = try Descriptor.open("\(fixture.folder)/lane-0/segments/00000001", O_RDWR)
    try noise(10).withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: SegmentFolder.start + 1_000) }
    try await fixture.reopen()
    let inbox = try await fixture.inbox()
    let emails = inbox.state.table.records.map(\.email)
    do {
      _ = try await fixture.store.content(emails[0], of: Fixture.account)
      Issue.record("served")
    } catch {
      guard case StoreFault.damaged = error else {
        Issue.record(error)
        return
      }
    }
    #expect(try await fixture.store.content(emails[1], of: Fixture.account) == Array(texts[1].utf8))
    #expect(
      try await fixture.store.contents([emails[1], emails[0], emails[2]], of: Fixture.account, limit: .max).count == 1)
    try await fixture.deliver("four")
  }

  @Test func aSegmentCutBelowItsDurableEndIsNotCutFurther() async throws {
    let fixture = try await Fixture()
    for text in ["one", "two"] { try await fixture.deliver(text) }
    await fixture.close()
    let file = try Descriptor.open("\(fixture.folder)/lane-0/segments/00000001", O_RDWR)
    let length = try file.length()
    try file.truncate(to: length - 200)
    try await fixture.reopen()
    #expect(try file.length() == length - 200)
    let inbox = try await fixture.inbox()
    #expect(inbox.state.table.count == 2)
    #expect(try await fixture.store.content(inbox.state.table[0].email, of: Fixture.account) == Array("one".utf8))
    try await fixture.deliver("three")
    #expect(try await fixture.store.content(inbox.state.table[2].email, of: Fixture.account) == Array("three".utf8))
  }

  // MARK: Lost replies (invariant 6)

  @Test func aResendAfterALostReplyMakesNoSecondCopy() async throws {
    let fixture = try await Fixture(Fixture.options { $0.now = { 5 } }, accounts: [1, 2])
    let outcome = try await fixture.deliver("hello", to: [1, 2], trace: "Received: 1\r\n")
    fixture.store.replyWasLost(outcome)
    let again = try await fixture.deliver("hello", to: [1, 2], trace: "Received: 2\r\n")
    for fate in again.fates {
      guard case .filedBefore = fate else {
        Issue.record("\(fate)")
        continue
      }
    }
    #expect(again.isAccepted)
    // Another sender, another message: no resend.
    guard case .filed = try await fixture.deliver("hello", sender: "t@x").fates[0] else {
      Issue.record("another sender")
      return
    }
    guard case .filed = try await fixture.deliver("hello!").fates[0] else {
      Issue.record("another message")
      return
    }
    try await fixture.reopen(Fixture.options { $0.now = { 5 + 4 * 86_400 } })
    guard case .filedBefore = try await fixture.deliver("hello").fates[0] else {
      Issue.record("forgotten over a restart")
      return
    }
    try await fixture.reopen(Fixture.options { $0.now = { 6 + 5 * 86_400 } })
    guard case .filedBefore = try await fixture.deliver("hello").fates[0] else {
      Issue.record("forgotten while the clock was in doubt")
      return
    }
    try await fixture.store.confirmTime()
    guard case .filed = try await fixture.deliver("hello").fates[0] else {
      Issue.record("remembered for ever")
      return
    }
  }

  @Test func answeredMailMayComeAgain() async throws {
    let fixture = try await Fixture()
    try await fixture.deliver("hello")
    try await fixture.deliver("hello")
    #expect(try await fixture.texts().count == 2)
    try await fixture.reopen()
    try await fixture.deliver("hello")
    #expect(try await fixture.texts().count == 3)
  }

  @Test func afterACrashTheLastSecondsAreRecognised() async throws {
    let trap = Trap()
    let fixture = try await Fixture(trap.options)
    try await fixture.deliver("hello")
    trap.arm(.begin, .kill)
    await #expect(throws: StoreFault.closed) { try await fixture.deliver("other") }
    try await fixture.reopen()
    guard case .filedBefore = try await fixture.deliver("hello").fates[0] else {
      Issue.record("a second copy")
      return
    }
    #expect(try await fixture.texts().count == 1)
  }
}
