import Database
import Glibc
import Synchronization
import Testing

@testable import Store

@Suite struct CollectionTests {
  /// Letters that have much in common, as letters do.
  private func letter(_ number: Int, _ length: Int = 900) -> String {
    let head = "From: Amal <amal@example.org>\r\nTo: <user\(number % 7)@example.org>\r\nSubject: report \(number)\r\n"
    let words = ["budget", "meeting", "please", "invoice", "project", "السلام", "network", "review", "schedule"]
    var body = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    var state = UInt64(number + 1)
    while body.utf8.count < length {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      body += words[Int(state >> 33) % words.count] + " "
    }
    return head + body
  }

  private func sizes(_ fixture: Fixture) throws -> [String: Int] {
    var sizes: [String: Int] = [:]
    let folder = "\(fixture.folder)/lane-0/segments"
    for name in try Folder.names(in: folder) {
      sizes[name] = try Descriptor.open("\(folder)/\(name)", O_RDONLY).length()
    }
    return sizes
  }

  private func expunge(_ uids: [UID], _ fixture: Fixture) async throws {
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.setFlags(FlagChange(uids: uids, mode: .add, flags: .deleted), in: inbox)
    _ = try await fixture.store.expunge(uids, in: inbox)
  }

  private func count(_ table: SQL, _ fixture: Fixture) throws -> Int64 {
    try fixture.store.lanes[0].performBlocking { transaction throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in try transaction.connection.first(table, []) { $0.int(0) } ?? -1 }
    }
  }

  private static let blobs = SQL("SELECT count(*) FROM blob")
  private static let emails = SQL("SELECT count(*) FROM email")
  private static let gone = SQL("SELECT count(*) FROM gone")
  private static let suspects = SQL("SELECT count(*) FROM unnamed")

  @Test func removedMailGoesAfterItsDaysAndItsSpaceComesBack() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(), accounts: [1, 2])
    for number in 0..<40 { try await fixture.deliver(letter(number), to: number < 10 ? [1, 2] : [1]) }
    let before = try await fixture.texts()
    try await expunge(Array(1...30), fixture)
    try await clock.days(29, fixture)
    #expect(try count(Self.gone, fixture) == 30 && count(Self.blobs, fixture) == 40)
    try await clock.days(2, fixture)
    #expect(try count(Self.gone, fixture) == 0 && count(Self.emails, fixture) == 20)
    // Ten of the thirty are in the other account's INBOX too.
    #expect(try count(Self.blobs, fixture) == 20 && count(Self.suspects, fixture) == 0)
    let old = try sizes(fixture).values.reduce(0, +)
    clock.advance(60)
    let report = try await fixture.store.collect(.everything)
    #expect(report.segments == 1 && report.bytesFreed > 0)
    let new = try sizes(fixture)
    #expect(new.values.reduce(0, +) * 2 < old && new["00000001"] == nil)
    #expect(try await fixture.texts() == before.filter { $0.key > 30 })
    #expect(try await fixture.texts("INBOX", 2).count == 10)
    try await fixture.reopen(clock.options())
    #expect(try await fixture.texts() == before.filter { $0.key > 30 })
    #expect(try await fixture.texts("INBOX", 2).values.sorted() == (0..<10).map { letter($0) }.sorted())
  }

  @Test func aBlobNamedAgainDuringASweepLives() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    try await fixture.deliver("same")
    try await expunge([1], fixture)
    _ = try await fixture.store.purgeDeleted(.all, of: Fixture.account)
    let lane = fixture.store.lanes[0]
    // As a sweep does it, with a delivery between its look and its deletion.
    try lane.performBlocking { transaction throws(StoreFault) in transaction.cache.namedAgain = [] }
    let key = try lane.performBlocking { transaction throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in
        try transaction.connection.rows(CollectionSQL.unnamed, [10]) {
          BlobKey(scope: $0.int(0), hash: $0.bytes(1))
        }
      }
    }
    #expect(key.count == 1)
    try await fixture.deliver("same", sender: "other@x")
    let deleted = try lane.performBlocking { transaction throws(StoreFault) in
      try transaction.settle(suspects: key, dead: Set(key))
    }
    #expect(deleted == 0)
    _ = try await fixture.store.collect()
    #expect(try await fixture.texts().values.sorted() == ["same"])
    #expect(try count(Self.suspects, fixture) == 0)
  }

  @Test func smallMessagesAreCompressedTogether() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for number in 0..<600 { try await fixture.deliver(letter(number)) }
    let long = letter(7, 60_000)
    try await fixture.deliver(long)
    try await fixture.deliver("")
    try await fixture.deliver(String(decoding: noise(5_000).map { 33 + $0 % 90 }, as: UTF8.self))
    let texts = try await fixture.texts()
    let old = try sizes(fixture)["00000001"] ?? 0
    clock.advance(60)
    _ = try await fixture.store.collect(.everything)
    let new = try sizes(fixture)
    #expect(new["50000001"] ?? .max < old * 2 / 3, "\(old) \(new)")
    #expect(try await fixture.texts() == texts)
    try await fixture.reopen(clock.options())
    #expect(try await fixture.texts() == texts)
    // Ranges of packed and of long messages.
    let inbox = try await fixture.inbox()
    let first = inbox.state.table[0].email
    let part = try await fixture.store.content(first, of: Fixture.account, range: 10..<60)
    #expect(part == Array(Array(letter(0).utf8)[10..<60]))
    // A second round has nothing to do.
    #expect(try await fixture.store.collect().segments == 0)
  }

  /// What the server's rounds do by themselves once nothing comes any more.
  @Test func anIdleLaneIsCompressedAndItsLogEmptied() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    let long = String(decoding: noise(1 << 20).map { 33 + $0 % 90 }, as: UTF8.self)
    for number in 0..<20 { try await fixture.deliver("\(number)" + long) }
    for number in 0..<600 { try await fixture.deliver(letter(number)) }
    let texts = try await fixture.texts()
    let log = "\(fixture.folder)/lane-0/index.sqlite-wal"
    var rounds: [(segments: Int, isLogEmpty: Bool)] = []
    for _ in 0..<4 {
      rounds.append((try await fixture.store.collect().segments, try Descriptor.open(log, O_RDONLY).length() == 0))
      clock.advance(600)
    }
    #expect(rounds.map(\.segments) == [0, 1, 0, 0], "\(rounds)")
    #expect(rounds.map(\.isLogEmpty) == [false, true, true, true], "\(rounds)")
    #expect(try sizes(fixture)["00000001"] == nil)
    #expect(try await fixture.texts() == texts)
    try await fixture.reopen(clock.options())
    #expect(try await fixture.texts() == texts)
  }

  static let steps: [DurableStep.Point] = [.packWrite, .packWritten, .segmentRemove]

  /// Killed at every step of a round, the n-th time that the step comes.
  @Test(arguments: CrashTests.killPoints + steps, [0, 1, 2, 4, 6])
  func aRoundSurvivesAKill(_ point: DurableStep.Point, _ times: Int) async throws {
    let clock = TestClock()
    let left = Mutex<Int?>(nil)
    let options = clock.options { options in
      options.fault = { step in
        guard step.point == point else { return nil }
        return left.withLock { left in
          guard let now = left else { return nil }
          left = now - 1
          return now == 0 ? .kill : nil
        }
      }
    }
    let fixture = try await Fixture(options)
    for number in 0..<30 { try await fixture.deliver(letter(number)) }
    try await expunge(Array(1...20), fixture)
    try await fixture.deliver(letter(3), sender: "again@x")
    let texts = try await fixture.texts()
    _ = try await fixture.store.purgeDeleted(.all, of: Fixture.account)
    clock.advance(60)
    left.withLock { $0 = times }
    do { _ = try await fixture.store.collect(.everything) } catch { #expect(error == StoreFault.closed) }
    left.withLock { $0 = nil }
    try await fixture.reopen(clock.options())
    #expect(try await fixture.texts() == texts)
    for _ in 0..<2 {
      clock.advance(60)
      _ = try await fixture.store.collect(.everything)
    }
    #expect(try await fixture.texts() == texts)
    #expect(try count(Self.blobs, fixture) == 11 && count(Self.suspects, fixture) == 0)
    try await fixture.reopen(clock.options())
    #expect(try await fixture.texts() == texts)
    // Nothing is left over: at most one packed segment more than lanes write.
    #expect(try sizes(fixture).keys.filter { $0 < "50000000" }.count <= 1)
    try await fixture.deliver("after")
    #expect(try await fixture.texts().count == texts.count + 1)
  }

  @Test func readersGoOnWhileSegmentsMove() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for number in 0..<60 { try await fixture.deliver(letter(number)) }
    let inbox = try await fixture.inbox()
    let emails = inbox.state.table.records.map(\.email)
    let done = TestClock(0)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<2 {
        group.addTask {
          var rounds = 0
          while done.now == 0 || rounds == 0 {
            let all = try await fixture.store.contents(emails, of: Fixture.account, limit: .max)
            #expect(all.count == emails.count)
            for email in emails.prefix(20) { _ = try await fixture.store.content(email, of: Fixture.account) }
            rounds += 1
          }
          return rounds
        }
      }
      for round in 0..<4 {
        clock.advance(60)
        try await fixture.deliver("new \(round)")
        _ = try await fixture.store.collect(.everything)
      }
      done.set(1)
      for try await rounds in group { #expect(rounds > 0) }
    }
  }

  /// QRESYNC's history is exact while removed mail can come back, and one row for all that is older.
  @Test func whatVanishedLongAgoBecomesOneRow() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for number in 0..<130 { try await fixture.deliver("Subject: \(number)\r\n\r\n") }
    let rows = SQL("SELECT count(*) FROM vanished")
    let start = try await fixture.inbox().state.highestModseq
    for uid in stride(from: UID(2), through: 240, by: 2) where uid <= 120 { try await expunge([uid], fixture) }
    for uid in stride(from: UID(1), to: 101, by: 2) { try await expunge([uid], fixture) }
    let middle = try await fixture.inbox().state.highestModseq
    try await clock.days(20, fixture)
    try await expunge([125], fixture)
    try await expunge([127], fixture)
    #expect(try count(rows, fixture) == 112)
    try await clock.days(11, fixture)
    _ = try await fixture.store.collect(.everything)
    #expect(try count(rows, fixture) == 3)
    let inbox = try await fixture.inbox()
    #expect(try await fixture.store.vanished(since: middle, in: inbox) == [125...125, 127...127])
    let all = try await fixture.store.vanished(since: start, in: inbox)
    #expect(all.first == 1...120 && all.count == 3)
  }

  @Test func aDamagedMessageIsKeptForLaterAndTheOthersMove() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for number in 0..<20 { try await fixture.deliver(letter(number, 3_000)) }
    let inbox = try await fixture.inbox()
    let emails = inbox.state.table.records.map(\.email)
    let file = try Descriptor.open("\(fixture.folder)/lane-0/segments/00000001", O_RDWR)
    try noise(10).withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: SegmentFolder.start + 1_000) }
    clock.advance(60)
    let report = try await fixture.store.collect(.everything)
    #expect(report.damaged == [1])
    for (index, email) in emails.enumerated() {
      do {
        let bytes = try await fixture.store.content(email, of: Fixture.account)
        #expect(index > 0 && bytes == Array(letter(index, 3_000).utf8))
      } catch {
        guard index == 0, case StoreFault.damaged = error else { throw error }
      }
    }
    #expect(try sizes(fixture)["00000001"] != nil)
    try await fixture.reopen(clock.options())
    #expect(try await fixture.store.collect().segments == 0)
    #expect(try await fixture.store.content(emails[5], of: Fixture.account) == Array(letter(5, 3_000).utf8))
  }

  // MARK: Time and room

  @Test(arguments: [2_145_916_800, 1_000_000_000, 1_800_000_000 - 400] as [Int64])
  func aClockThatJumpsRemovesNothing(_ jump: Int64) async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    for number in 0..<4 { try await fixture.deliver(letter(number)) }
    try await expunge([1], fixture)
    let before = try await fixture.inbox().state
    clock.set(jump)
    #expect(fixture.store.isTimeInDoubt)
    #expect(try await fixture.store.collect().isTimeInDoubt)
    try await fixture.deliver("then")
    try await expunge([2], fixture)
    try await fixture.reopen(clock.options())
    #expect(try await fixture.store.collect().expired == 0)
    #expect(try count(Self.gone, fixture) == 2)
    clock.set(1_800_000_100)
    #expect(!fixture.store.isTimeInDoubt)
    #expect(try await fixture.store.collect().expired == 0)
    try await fixture.deliver("back")
    let after = try await fixture.inbox().state
    #expect(after.uidNext == before.uidNext + 2 && after.highestModseq > before.highestModseq)
    #expect(try count(Self.gone, fixture) == 2)
    // What was removed while the clock was wrong has its whole time too.
    try await clock.days(29, fixture)
    #expect(try count(Self.gone, fixture) == 2)
    try await clock.days(2, fixture)
    #expect(try count(Self.gone, fixture) == 0)
  }

  @Test func aConfirmedTimeCounts() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    try await fixture.deliver("one")
    try await expunge([1], fixture)
    clock.advance(40 * 86_400)
    let report = try await fixture.store.collect()
    #expect(report.isTimeInDoubt && report.expired == 0)
    try await fixture.store.confirmTime()
    #expect(try await fixture.store.collect().expired == 1)
  }

  @Test func removedMailIsAQuarterOfTheQuotaAtMost() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    try await fixture.store.setLimits(bytes: 40_000, count: nil, of: Fixture.account)
    for number in 0..<20 {
      try await fixture.deliver(letter(number, 1_900))
      clock.advance(1)
      try await expunge([UID(number + 1)], fixture)
    }
    #expect(try await fixture.store.usage(of: Fixture.account).bytes == 0)
    let report = try await fixture.store.collect()
    let left = try await fixture.store.deletedMessages(of: Fixture.account)
    #expect(report.overCap == 20 - left.count && left.reduce(0) { $0 + $1.size } <= 10_000 && left.count >= 4)
    // The oldest went.
    #expect(left.map(\.uid) == (0..<left.count).map { UID(20 - $0) })
  }

  @Test func aDiskThatRunsLowTakesTheOldestFirst() async throws {
    let clock = TestClock()
    let lacking = Mutex<Int64>(0)
    let fixture = try await Fixture(clock.options { $0.lackingRoom = { lacking.withLock { $0 } } })
    for number in 0..<10 {
      try await fixture.deliver(letter(number))
      clock.advance(1)
      try await expunge([UID(number + 1)], fixture)
    }
    #expect(try await fixture.store.collect().forRoom == 0)
    lacking.withLock { $0 = 2_500 }
    #expect(try await fixture.store.collect().forRoom == 3)
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).map(\.uid) == (4...10).reversed())
  }

  @Test func aRemovedAccountLeavesNothing() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options(), accounts: [1, 2])
    try await fixture.deliver("both", to: [1, 2])
    try await fixture.deliver("one", to: [1])
    try await fixture.store.removeAccount(AccountID(raw: 1))
    _ = try await fixture.store.collect()
    #expect(try count(Self.blobs, fixture) == 1 && count(Self.suspects, fixture) == 0)
    #expect(try await fixture.texts("INBOX", 2).values.sorted() == ["both"])
  }

  /// A message that went through Trash has two rows, and takes its place once.
  @Test func theQuarterIsAQuarter() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    let size = Int64(letter(0).utf8.count)
    try await fixture.store.setLimits(bytes: 30 * size, count: nil, of: Fixture.account)
    for number in 0..<6 {
      try await fixture.deliver(letter(number))
      let (inbox, trash) = (try await fixture.inbox(), try await fixture.open("Trash"))
      _ = try await fixture.store.move([UID(number + 1)], from: inbox, to: trash.id)
      _ = try await fixture.store.setFlags(
        FlagChange(uids: [UID(number + 1)], mode: .add, flags: .deleted), in: trash)
      _ = try await fixture.store.expunge(nil, in: trash)
      clock.advance(1)
    }
    #expect(try await fixture.store.collect().overCap == 0)
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).count == 6)
    try await fixture.store.setLimits(bytes: 10 * size, count: nil, of: Fixture.account)
    _ = try await fixture.store.collect()
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).count == 2)
  }

  /// A lane that cannot be tidied keeps the others from nothing.
  @Test func oneLaneIsReadOnly() async throws {
    let clock = TestClock()
    let trap = Trap()
    let options = clock.options(lanes: 2) { $0.fault = trap.options(lanes: 2).fault }
    let fixture = try await Fixture(options, accounts: [1, 2])
    try await fixture.deliver("two", to: [2])
    let inbox = try await fixture.inbox(2)
    _ = try await fixture.store.setFlags(FlagChange(uids: [1], mode: .add, flags: .deleted), in: inbox)
    _ = try await fixture.store.expunge(nil, in: inbox)
    _ = try await fixture.store.purgeDeleted(.all, of: AccountID(raw: 2))
    trap.arm(.segmentSync, .error(EIO))
    await #expect(throws: StoreFault.self) { try await fixture.deliver("one") }
    await #expect(throws: StoreFault.self) { _ = try await fixture.store.collect() }
    let blobs = try fixture.store.lanes[1].performBlocking { transaction throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in try transaction.connection.first(Self.blobs, []) { $0.int(0) } }
    }
    #expect(blobs == 0)
  }

  /// A file that is taken away is not opened again.
  @Test func aRemovedSegmentIsLetGo() async throws {
    let fixture = try await Fixture()
    let folder = fixture.store.lanes[0].segments
    _ = try folder.create(77)
    _ = try folder.descriptor(77)
    try folder.remove(77)
    #expect(folder.openDescriptor(77) == nil)
    #expect(throws: StoreFault.self) { _ = try folder.descriptor(77) }
    #expect(folder.openDescriptor(77) == nil)
  }
}
