import Glibc
import Testing

@testable import Store

/// Many messages read at once, by one call to the system or by two readers, as each by itself would be.
@Suite struct SharedReadingTests {
  private static let words = ["report", "meeting", "invoice", "project", "server", "delivery", "mailbox", "بريد"]

  private func letter(_ number: Int) -> String {
    var text = "Subject: letter \(number)\r\n\r\n"
    var seed = UInt64(number + 1)
    while text.utf8.count < 2_000 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1
      text += Self.words[Int(seed >> 61)] + (text.utf8.count % 70 < 8 ? "\r\n" : " ")
    }
    return text + "\r\n"
  }

  private struct Mail {
    var fixture: Fixture
    var texts: [[UInt8]]
    var emails: [EmailID]

    func read(_ places: [Int], limit: Int = .max) async throws -> [[UInt8]] {
      try await fixture.store.contents(places.map { emails[$0] }, of: Fixture.account, limit: limit)
    }

    /// Whether a batch is just these letters: a failure would print them all.
    func gives(_ places: [Int], _ limit: Int, _ wanted: [Int]) async throws -> Bool {
      try await read(places, limit: limit) == wanted.map { texts[$0] }
    }

    func location(_ place: Int) async throws -> BlobLocation {
      let email = emails[place]
      return try await fixture.store.lanes[0].read { reader throws(StoreFault) in
        try reader.location(of: email, Fixture.account)
      }
    }

    /// Changes the last octet of a record.
    func damage(_ place: Int) async throws {
      let location = try await location(place)
      let file = try Descriptor.open(fixture.store.lanes[0].segments.file(location.segment), O_RDWR)
      let at = location.offset + location.length - 1
      let last = try #require(try file.bytes(1, at: at))
      try [last[0] ^ 0x55].withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: at) }
    }
  }

  /// A hundred letters, one of them long, and compressed when `isPacked`.
  private func mail(isPacked: Bool) async throws -> Mail {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    var texts: [[UInt8]] = []
    for number in 0..<100 {
      let text = number == 50 ? letter(number) + String(repeating: "long ", count: 8_000) : letter(number)
      try await fixture.deliver(text)
      texts.append(Array(text.utf8))
    }
    if isPacked {
      for _ in 0..<2 {
        clock.advance(60)
        _ = try await fixture.store.collect(.everything)
      }
    }
    let emails = try await fixture.inbox().state.table.records.map(\.email)
    let mail = Mail(fixture: fixture, texts: texts, emails: emails)
    #expect(try await mail.location(3).codec == (isPacked ? .packed : .plain))
    #expect(try await mail.location(50).codec == .framed)
    return mail
  }

  @Test(arguments: [false, true]) func everyOrder(isPacked: Bool) async throws {
    let mail = try await mail(isPacked: isPacked)
    let orders: [[Int]] = [
      Array(0..<100), Array((0..<100).reversed()), Array(stride(from: 0, to: 100, by: 7)), [5, 5, 6], [49, 50, 51],
      (0..<100).map { $0 * 37 % 100 }, [99],
    ]
    for order in orders { try #require(try await mail.gives(order, .max, order)) }
    // As many as fit, at least one.
    let three = mail.texts[..<3].reduce(0) { $0 + $1.count }
    #expect(try await mail.gives(Array(0..<100), three, [0, 1, 2]))
    #expect(try await mail.gives(Array(0..<100), 0, [0]))
  }

  /// A batch ends before the first message that cannot be read, whichever reader came upon it; the first one's fault is told.
  @Test(arguments: [false, true]) func aBatchEndsBeforeDamage(isPacked: Bool) async throws {
    let mail = try await mail(isPacked: isPacked)
    try await mail.damage(70)
    try await mail.damage(40)
    for _ in 0..<20 {
      #expect(try await mail.gives(Array(0..<100), .max, Array(0..<40)))
      #expect(try await mail.gives(Array(41..<100), .max, Array(41..<70)))
      #expect(try await mail.gives(Array(71..<100), .max, Array(71..<100)))
    }
    await #expect { try await mail.read(Array(40..<100)) } throws: { error in
      if case StoreFault.damaged = error { true } else { false }
    }
    // What was never there ends a batch as well.
    let known = mail.emails[..<10]
    let unknown = EmailID(raw: 1 << 40)
    let store = mail.fixture.store
    #expect(try await store.contents(known + [unknown] + known, of: Fixture.account, limit: .max).count == 10)
    await #expect(throws: StoreFault.noSuchMessage) {
      try await store.contents([unknown] + known, of: Fixture.account, limit: .max)
    }
  }

  /// Places that were in memory when compaction took their segment away are found anew.
  @Test func whatCompactionMoved() async throws {
    let clock = TestClock()
    let fixture = try await Fixture(clock.options())
    let texts = (0..<100).map { Array(letter($0).utf8) }
    for text in texts { try await fixture.deliver(String(decoding: text, as: UTF8.self)) }
    let lane = fixture.store.lanes[0]
    let emails = try await fixture.inbox().state.table.records.map(\.email)
    let isRead = try await fixture.store.contents(emails, of: Fixture.account, limit: .max) == texts
    let before = try #require(lane.recent.places(emails, Fixture.account, limit: .max))
    for _ in 0..<2 {
      clock.advance(60)
      _ = try await fixture.store.collect(.everything)
    }
    #expect(lane.recent.places(emails, Fixture.account, limit: .max) == before)
    let isReadAgain = try await fixture.store.contents(emails, of: Fixture.account, limit: .max) == texts
    #expect(isRead && isReadAgain)
    let after = try #require(lane.recent.places(emails, Fixture.account, limit: .max))
    #expect(after.allSatisfy { $0.codec == .packed && $0.segment != before[0].segment })
  }

  /// What the index says and what the segment says must be the same, for a run of records as for one.
  @Test(arguments: [false, true]) func aRunIsReadOnlyWhereItIsOne(isPacked: Bool) async throws {
    let mail = try await mail(isPacked: isPacked)
    let blobs = BlobReader(segments: mail.fixture.store.lanes[0].segments)
    var places: [BlobLocation] = []
    for place in 0..<10 { places.append(try await mail.location(place)) }
    for range in [0..<10, 2..<4] {
      let isRead = blobs.readRun(places[range]) == Array(mail.texts[range])
      #expect(isRead)
    }
    // One message, backwards, far from each other, a long one among them: each by itself.
    #expect(blobs.readRun(places[..<1]) == nil)
    #expect(blobs.readRun([places[1], places[0]]) == nil)
    #expect(blobs.readRun([places[0], places[9]]) == nil)
    #expect(blobs.readRun([places[0], places[0]]) == nil)
    #expect(blobs.readRun([try await mail.location(49), try await mail.location(50)]) == nil)
    for wrong in [\BlobLocation.offset, \.length, \.rawLength, \.segment] {
      var changed = places
      changed[9][keyPath: wrong] += 1
      #expect(blobs.readRun(changed[...]) == nil)
      #expect(throws: StoreFault.self) { _ = try blobs.read(changed[9]) }
    }
    var other = places
    other[9].codec = isPacked ? .plain : .packed
    #expect(blobs.readRun(other[...]) == nil)
    #expect(throws: StoreFault.self) { _ = try blobs.read(other[9]) }
  }
}
