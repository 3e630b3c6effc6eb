import Database
import TestKit
import Testing

@testable import Store

/// Figures for docs/performance.md (`make bench`).
@Suite(.serialized, .enabled(if: Benchmark.isAsked)) struct Bench {
  func say(_ text: String) { Benchmark.say(text) }

  private func message(_ number: Int, _ size: Int) -> [UInt8] {
    var bytes = Array("From: a@example.test\r\nSubject: number \(number)\r\n\r\n".utf8)
    bytes += noise(size - bytes.count, seed: UInt64(number + 1)).map { 32 + $0 % 64 }
    return bytes
  }

  @Test(arguments: [(1, 50), (2, 50), (1, 200), (1, 10), (1, 1)])
  func deliveries(_ lanes: Int, _ writers: Int) async throws {
    let fixture = try await Fixture(Fixture.options(lanes: lanes), accounts: Array(1...10))
    let each = writers == 1 ? 5_000 : 40_000 / writers
    let bodies = (0..<writers).map { message($0, 4_096) }
    let trace = Array("Return-Path: <s@x>\r\nReceived: from x by y; Sat, 21 Nov 2026 00:00:00 +0000\r\n".utf8)
    let store = fixture.store
    let before = Benchmark.processorSeconds()
    let took = try await ContinuousClock().measure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<writers {
          group.addTask {
            var body = bodies[writer]
            for number in 0..<each {
              withUnsafeBytes(of: number) {
                for (index, byte) in $0.enumerated() { body[100 + index] = 65 + byte % 16 }
              }
              withUnsafeBytes(of: number >> 4) {
                for (index, byte) in $0.enumerated() { body[120 + index] = 65 + byte % 16 }
              }
              body[140 + number / 256 % 64] = 33
              let spool = store.spool()
              body.withUnsafeBytes { spool.append($0) }
              let message = try await spool.finish()
              _ = try await store.deliver(
                message, trace: trace, sender: "s@x",
                to: [DeliveryRecipient(account: AccountID(raw: Int64(writer % 10 + 1)))])
            }
          }
        }
        try await group.waitForAll()
      }
    }
    let cpu = Benchmark.processorSeconds() - before
    let batches = try store.lanes[0].performBlocking { transaction throws(StoreFault) in
      try inStore { () throws(DatabaseFault) in try LaneState.read(transaction.connection)?.batch ?? 1 }
    }
    let rate = Double(each * writers) / (took / .seconds(1))
    Benchmark.say(
      "deliver 4 KiB durable: lanes \(lanes) writers \(writers): \(Int(rate))/s, CPU \(Int(cpu * 1e6) / (each * writers)) us each, \(each * writers / lanes / Int(batches)) a batch"
    )
  }

  @Test func reading() async throws {
    let fixture = try await Fixture()
    let inbox = try await fixture.inbox()
    for batch in 0..<20 {
      var items: [AppendItem] = []
      for number in 0..<500 {
        items.append(
          AppendItem(message: try await fixture.spooled(message(batch * 500 + number, 8_192)), internalDate: 0))
      }
      _ = try await fixture.store.append(items, to: inbox.id, of: Fixture.account)
    }
    let emails = inbox.state.table.records.map(\.email)
    for round in 0..<3 {
      say("read 10,000 x 8 KiB, one reader, round \(round): \(try await read(emails, fixture)) MB/s")
    }
    // Twice: the places of the messages are in memory, as in a server that runs, and then not, as after its start.
    guard Benchmark.dropCaches() else { return say("read cold: not measured, dropping the page cache needs root") }
    say("read 10,000 x 8 KiB, page cache dropped: \(try await read(emails, fixture)) MB/s")
    try await fixture.reopen()
    _ = Benchmark.dropCaches()
    say("read 10,000 x 8 KiB, page cache dropped, just opened: \(try await read(emails, fixture)) MB/s")
  }

  /// Reads all of them as a FETCH does; megabytes a second.
  private func read(_ emails: [EmailID], _ fixture: Fixture) async throws -> Int {
    let store = fixture.store
    var bytes = 0
    let took = try await ContinuousClock().measure {
      var next = 0
      while next < emails.count {
        let got = try await store.contents(
          Array(emails[next..<min(next + 1_024, emails.count)]), of: Fixture.account, limit: 1 << 20)
        next += got.count
        bytes += got.reduce(0) { $0 + $1.count }
      }
    }
    return Int(Double(bytes) / (took / .seconds(1)) / 1e6)
  }

  @Test func bigMailbox() async throws {
    let fixture = try await Fixture()
    let id = try await fixture.store.mailbox(named: "INBOX", of: Fixture.account).id
    let imported = try await ContinuousClock().measure {
      for batch in 0..<100 {
        var items: [AppendItem] = []
        for number in 0..<1_000 {
          items.append(
            AppendItem(message: try await fixture.spooled(message(batch * 1_000 + number, 300)), internalDate: 0))
        }
        _ = try await fixture.store.append(items, to: id, of: Fixture.account)
      }
    }
    Benchmark.say("import of 100,000 x 300 bytes: \(Int(100_000 / (imported / .seconds(1))))/s")
    try await fixture.reopen()
    var mailbox: OpenMailbox?
    let cold = try await ContinuousClock().measure { mailbox = try await fixture.inbox() }
    let warm = try await ContinuousClock().measure {
      _ = try await fixture.store.open(id, of: Fixture.account, claimRecent: false)
    }
    guard let mailbox else { return }
    let uids = mailbox.state.table.uids
    #expect(uids.count == 100_000)
    let flags = try await ContinuousClock().measure {
      _ = try await fixture.store.setFlags(FlagChange(uids: uids, mode: .add, flags: .seen), in: mailbox)
    }
    let one = try await ContinuousClock().measure {
      _ = try await fixture.store.setFlags(FlagChange(uids: [500], mode: .add, flags: .flagged), in: mailbox)
    }
    let old = mailbox.state.table
    try await fixture.deliver("x")
    var changes = TableChanges()
    let compare = ContinuousClock().measure { changes = mailbox.state.table.changes(since: old) }
    #expect(changes.addedFrom == 100_000)
    Benchmark.say("100,000: open cold \(cold), warm \(warm), flag all \(flags), flag one \(one), changes \(compare)")
  }
}
