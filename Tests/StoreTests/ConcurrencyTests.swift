import Testing

@testable import Store

@Suite struct ConcurrencyTests {
  @Test func fiftyWritersAndReaders() async throws {
    let fixture = try await Fixture(Fixture.options(lanes: 2) { $0.segmentSize = 64 << 10 }, accounts: Array(1...5))
    let store = fixture.store
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<50 {
        group.addTask {
          for number in 0..<20 {
            let account = Int64((writer + number) % 5 + 1)
            try await fixture.deliver("w\(writer) n\(number)", to: [account, account % 5 + 1])
            if number % 5 == 4 {
              let inbox = try await fixture.inbox(account)
              let table = inbox.state.table
              let got = try await store.contents(table.records.map(\.email), of: inbox.account, limit: .max)
              // What is visible is readable.
              #expect(got.count == table.count)
              _ = try await store.setFlags(FlagChange(uids: table.uids, mode: .add, flags: .seen), in: inbox)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    for _ in 0..<2 {
      var copies: [String: Int] = [:]
      for account in 1...5 as ClosedRange<Int64> {
        for text in try await fixture.texts("INBOX", account).values { copies[text, default: 0] += 1 }
        let uids = try await fixture.inbox(account).state.table.uids
        #expect(uids == Array(1...UID(uids.count)))
      }
      #expect(copies.count == 1_000 && copies.values.allSatisfy { $0 == 2 })
      try await fixture.reopen()
    }
    #expect(try Folder.names(in: "\(fixture.folder)/lane-0/segments").count > 1)
  }

  @Test func openingWhileMailComesIn() async throws {
    let fixture = try await Fixture()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask { for number in 0..<40 { try await fixture.deliver("\(writer) \(number)") } }
      }
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<40 {
            let state = try await fixture.inbox().state
            // No hole: what has a UID below uidNext is there.
            #expect(state.table.uids == Array(1..<state.uidNext))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await fixture.inbox().state.table.count == 320)
  }

  @Test func oneFailingOperationHurtsNobody() async throws {
    let fixture = try await Fixture(accounts: [1])
    try await fixture.deliver("a")
    let inbox = try await fixture.inbox()
    let lane = fixture.store.lanes[0]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          if number % 4 == 0 {
            // Breaks off after it has written.
            await #expect(throws: StoreFault.noSuchMessage) {
              try await lane.perform { transaction throws(StoreFault) in
                _ = try transaction.copy(.everything, from: inbox.id, to: inbox.id, of: inbox.account)
                throw .noSuchMessage
              }
            }
          } else {
            try await fixture.deliver("m\(number)")
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await fixture.texts().count == 31)
    try await fixture.reopen()
    let texts = try await fixture.texts()
    #expect(texts.count == 31 && Set(texts.values).count == 31)
    #expect(try await fixture.store.usage(of: Fixture.account).count == 31)
  }
}
