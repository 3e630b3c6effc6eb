import Glibc
import Testing

@testable import Store

@Suite struct RecentMailTests {
  private let amal = AccountID(raw: 1)
  private let omar = AccountID(raw: 2)

  private func emails(_ numbers: Int64...) -> [EmailID] { numbers.map { EmailID(raw: $0) } }

  private func place(_ offset: Int, codec: SegmentRecord.Codec = .plain) -> BlobLocation {
    BlobLocation(segment: 50_000_001, offset: offset, length: 10, rawLength: 1, codec: codec)
  }

  private func arrive(_ memory: RecentMail, _ account: AccountID, _ number: Int64, _ offset: Int?, _ text: String = "")
  {
    memory.note([
      RecentMail.Arrival(
        key: .init(account: account, email: EmailID(raw: number)), location: offset.map { place($0) },
        listing: .init(envelope: Array(text.utf8), structure: []))
    ])
  }

  @Test func allOrNothing() {
    let memory = RecentMail(limit: 100_000)
    arrive(memory, amal, 1, 16)
    arrive(memory, amal, 2, nil, "A")
    arrive(memory, omar, 1, 99)
    arrive(memory, amal, 257, 32)
    #expect(memory.places(emails(1, 257), amal, limit: 1_000)?.map(\.offset) == [16, 32])
    #expect(memory.places(emails(1), omar, limit: 1_000)?.map(\.offset) == [99])
    #expect(memory.places(emails(1, 2), amal, limit: 1_000) == nil)
    #expect(
      memory.places(emails(1, 257, 2), amal, limit: 1)?.map(\.offset) == [16], "only those that fit must be known")
    #expect(memory.places(emails(2), amal, limit: 1_000) == nil && memory.places(emails(-5), amal, limit: 1) == nil)
    #expect(memory.listings(emails(1, 2), amal)?.map(\.envelope) == [[], [65]])
    #expect(memory.listings(emails(1, 3), amal) == nil)
  }

  @Test(arguments: [SegmentRecord.Codec.plain, .framed, .packed]) func aPlaceComesBackAsItWas(
    codec: SegmentRecord.Codec
  ) {
    var places = KnownPlaces(bytes: 100_000)
    let large = BlobLocation(
      segment: 1 << 30 - 1, offset: 4_294_967_295, length: 4_294_967_295, rawLength: 4_294_967_294, codec: codec)
    for (number, location) in [place(16, codec: codec), large].enumerated() {
      places.note(location, of: EmailID(raw: Int64(number)), amal)
      #expect(places.leading([EmailID(raw: Int64(number))], amal, limit: 1) == [location])
    }
    var tooLarge = large
    tooLarge.offset += 1
    places.note(tooLarge, of: EmailID(raw: 9), amal)
    #expect(places.leading(emails(9), amal, limit: 1) == nil)
  }

  @Test func isBoundedAndKeepsWhatIsAskedFor() {
    // Two generations of four pages, and of 32 KiB of listings.
    let memory = RecentMail(limit: 64 << 10)
    arrive(memory, amal, 0, 16)
    for number in 1...4_000 as ClosedRange<Int64> {
      arrive(memory, amal, number, 32, "twenty octets of text")
      #expect(memory.places(emails(0), amal, limit: 1) != nil && memory.listings(emails(0), amal) != nil, "asked for")
    }
    let all = 1...4_000 as ClosedRange<Int64>
    let placed = all.filter { memory.places(emails($0), amal, limit: 1) != nil }
    #expect(placed.count >= 256 && placed.count <= 9 * 256 && placed.last == 4_000)
    let listed = all.filter { memory.listings(emails($0), amal) != nil }
    #expect(listed.count > 50 && listed.count <= 2 * (16 << 10) / 160 && listed.last == 4_000)
    let many = (0..<65 as Range<Int64>).map { EmailID(raw: $0) }
    memory.note(many, omar, many.map { _ in .init(envelope: [], structure: []) }, age: memory.age)
    #expect(memory.listings(emails(0), omar) == nil, "long lists would push everything else out")
  }

  /// What was read before something was forgotten may be what was forgotten.
  @Test func forgetting() {
    let memory = RecentMail(limit: 100_000)
    let before = memory.age
    arrive(memory, amal, 1, 16)
    arrive(memory, amal, 2, 32)
    memory.forget(emails(1), of: amal)
    #expect(memory.places(emails(1), amal, limit: 1) == nil && memory.places(emails(2), amal, limit: 1) != nil)
    memory.note(emails(1), amal, at: [place(16)], age: before)
    memory.note(emails(1), amal, [.init(envelope: [7], structure: [])], age: before)
    #expect(memory.places(emails(1), amal, limit: 1) == nil && memory.listings(emails(1), amal) == nil)
    memory.note(emails(1), amal, [.init(envelope: [7], structure: [])], age: memory.age)
    #expect(memory.listings(emails(1), amal)?.first?.envelope == [7])
    memory.clear()
    #expect(memory.places(emails(2), amal, limit: 1) == nil)
  }

  /// What is in memory is read without another thread, with the same checks: a damaged message is damaged, a moved one is found.
  @Test func readingAtHand() async throws {
    let fixture = try await Fixture()
    for number in 1...3 { try await fixture.deliver("Subject: \(number)\r\n\r\nbody \(number)\r\n") }
    let lane = fixture.store.lanes[0]
    let inbox = try await fixture.inbox()
    let all = (0..<3).map { inbox.state.table[$0].email }
    let locations = try #require(lane.recent.places(all, amal, limit: 1 << 20))
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
