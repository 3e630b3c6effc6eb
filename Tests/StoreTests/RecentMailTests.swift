import Glibc
import Testing

@testable import Store

@Suite struct RecentMailTests {
  private let amal = AccountID(raw: 1)
  private let omar = AccountID(raw: 2)

  private func emails(_ numbers: Int64...) -> [EmailID] { numbers.map { EmailID(raw: $0) } }

  private func entry(_ offset: Int, _ text: String = "") -> RecentMail.Entry {
    RecentMail.Entry(
      location: BlobLocation(segment: 1, offset: offset, length: 10, rawLength: 1, codec: .plain),
      listing: .init(envelope: Array(text.utf8), structure: []))
  }

  private func note(_ memory: RecentMail, _ account: AccountID, _ number: Int64, _ entry: RecentMail.Entry) {
    memory.note([(.init(account: account, email: EmailID(raw: number)), entry)])
  }

  @Test func allOrNothing() {
    let memory = RecentMail(limit: 10_000)
    note(memory, amal, 1, entry(16))
    note(memory, amal, 2, RecentMail.Entry(location: nil, listing: .init(envelope: [65], structure: [66])))
    note(memory, omar, 1, entry(99))
    #expect(memory.all(emails(1), amal, \.location)?.map(\.offset) == [16])
    #expect(memory.all(emails(1), omar, \.location)?.map(\.offset) == [99])
    #expect(memory.all(emails(1, 2), amal, \.location) == nil)
    #expect(memory.all(emails(1, 2), amal, \.listing)?.map(\.envelope) == [[], [65]])
    #expect(memory.all(emails(1, 3), amal, \.listing) == nil)
  }

  @Test func isBoundedAndKeepsWhatIsAskedFor() {
    let memory = RecentMail(limit: 40_000)
    note(memory, amal, 0, entry(0))
    for number in 1...1_000 as ClosedRange<Int64> {
      note(memory, amal, number, entry(Int(number), "twenty octets of text"))
      #expect(memory.all(emails(0), amal, \.location) != nil, "asked for all the time")
    }
    let kept = (1...1_000 as ClosedRange<Int64>).filter { memory.all(emails($0), amal, \.location) != nil }
    #expect(kept.count <= 40_000 / 160 && kept.count > 50 && kept.last == 1_000)
    let many = (0..<65 as Range<Int64>).map { EmailID(raw: $0) }
    memory.note(many, omar, age: memory.age) { _, entry in entry.listing = .init(envelope: [], structure: []) }
    #expect(memory.all(emails(0), omar, \.listing) == nil, "long lists would push everything else out")
  }

  /// What was read before something was forgotten may be what was forgotten.
  @Test func forgetting() {
    let memory = RecentMail(limit: 10_000)
    let before = memory.age
    note(memory, amal, 1, entry(16))
    note(memory, amal, 2, entry(32))
    memory.forget(emails(1), of: amal)
    #expect(memory.all(emails(1), amal, \.location) == nil && memory.all(emails(2), amal, \.location) != nil)
    memory.note(emails(1), amal, age: before) { _, entry in entry.location = nil }
    #expect(memory.all(emails(1), amal) { $0 } == nil)
    memory.note(emails(1), amal, age: memory.age) { _, entry in entry.listing = .init(envelope: [7], structure: []) }
    #expect(memory.all(emails(1), amal, \.listing)?.first?.envelope == [7])
    memory.clear()
    #expect(memory.all(emails(2), amal, \.location) == nil)
  }

  /// What is in memory is read without another thread, with the same checks: a damaged message is damaged, a moved one is found.
  @Test func readingAtHand() async throws {
    let fixture = try await Fixture()
    for number in 1...3 { try await fixture.deliver("Subject: \(number)\r\n\r\nbody \(number)\r\n") }
    let lane = fixture.store.lanes[0]
    let inbox = try await fixture.inbox()
    let all = (0..<3).map { inbox.state.table[$0].email }
    let locations = try #require(lane.recent.all(all, amal, \.location))
    #expect(BlobReader.atHand(locations[1], in: lane.segments) == Array("Subject: 2\r\n\r\nbody 2\r\n".utf8))
    #expect(try await fixture.store.contents(all, of: amal, limit: 1 << 20).count == 3)
    #expect(try await fixture.store.contents(all, of: amal, limit: 30).count == 1)
    #expect(try await fixture.store.derived(all, of: amal, listing: true).compactMap { $0?.envelope }.count == 3)

    // One octet of the second message.
    let file = try Descriptor.open(lane.segments.file(locations[1].segment), O_RDWR)
    try [UInt8(ascii: "?")].withFaulty { bytes throws(StoreFault) in
      try file.write(bytes, at: locations[1].offset + locations[1].length - 3)
    }
    #expect(BlobReader.atHand(locations[1], in: lane.segments) == nil)
    await #expect(throws: StoreFault.self) { try await fixture.store.contents([all[1]], of: amal, limit: 1 << 20) }
    var wrong = locations[0]
    wrong.offset += 1
    #expect(BlobReader.atHand(wrong, in: lane.segments) == nil)
    wrong = locations[0]
    wrong.segment = 77
    #expect(BlobReader.atHand(wrong, in: lane.segments) == nil)
  }

  /// EXPUNGE with nothing to expunge is answered from memory; with something it is not.
  @Test func nothingToExpunge() async throws {
    let fixture = try await Fixture()
    for number in 1...3 { try await fixture.deliver("Subject: \(number)\r\n\r\n") }
    let inbox = try await fixture.inbox()
    let modseq = inbox.state.highestModseq
    #expect(try await fixture.store.expunge(nil, in: inbox) == [])
    #expect(inbox.state.highestModseq == modseq)
    _ = try await fixture.store.setFlags(FlagChange(uids: [2], mode: .add, flags: .deleted), in: inbox)
    #expect(try await fixture.store.expunge([1, 3], in: inbox) == [])
    #expect(try await fixture.store.expunge(nil, in: inbox) == [2])
    let id = try await fixture.store.createMailbox("Old", of: amal).id
    let old = try await fixture.store.open(id, of: amal, claimRecent: false)
    try await fixture.store.deleteMailbox("Old", of: amal)
    await #expect(throws: StoreFault.noSuchMailbox) { try await fixture.store.expunge(nil, in: old) }
  }
}
