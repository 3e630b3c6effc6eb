import Glibc
import Mail
import Testing

@testable import Store

extension Bench {
  private static let words = [
    "report", "meeting", "the", "of", "invoice", "and", "project", "server", "to", "delivery", "mailbox", "quarter",
    "budget", "team",
    "deadline", "draft", "review", "please", "attached", "regards", "update", "network", "storage", "weekly", "summary",
    "المشروع",
    "الفريق", "الميزانية", "تقرير", "الاجتماع",
  ]

  /// A message of about 4 KiB with words that come back and some that do not.
  private static func letter(_ number: Int, _ random: inout SplitMix) -> [UInt8] {
    var text =
      "From: Person \(number % 300) <p\(number % 300)@x.example>\r\nTo: user@y.example\r\nSubject: message \(number) here\r\n"
    text += "Message-ID: <\(random.next())@x.example>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\n"
    text += "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    while text.utf8.count < 4_096 {
      text += random.next() % 12 == 0 ? "w\(random.next() % 60_000) " : "\(words.randomElement(using: &random) ?? "") "
      if random.next() % 10 == 0 { text += "\r\n" }
    }
    return Array(text.utf8)
  }

  /// The index's own rate, what it takes on disk, and what questions about 10,000 messages take.
  @Test func searching() async throws {
    let count = 10_000
    let fixture = try await Fixture(Fixture.options { $0.searchGathering = 60_000 })
    let store = fixture.store
    var random = SplitMix(state: 1)
    let inbox = try await store.mailbox(named: "INBOX", of: Fixture.account).id
    var raw = 0
    for start in stride(from: 0, to: count, by: 100) {
      var items: [AppendItem] = []
      for number in start..<start + 100 {
        let bytes = Self.letter(number, &random)
        raw += bytes.count
        items.append(AppendItem(message: try await fixture.spooled(bytes), internalDate: 0))
      }
      _ = try await store.append(items, to: inbox, of: Fixture.account)
    }
    let took = await ContinuousClock().measure { await store.searchSettled() }
    say("index \(count) messages of 4 KiB: \(Int(Double(count) / (took / .seconds(1))))/s")
    say("index on disk: \(store.searchDiskSize >> 10) KiB of \(raw >> 10) KiB of messages")
    let questions: [(String, SearchQuestion)] = [
      ("SUBJECT \"message 777 \"", SearchQuestion(.column(.subject), SearchNeedle("message 777 "))),
      (
        "HEADER Message-ID zzznotthere",
        SearchQuestion(.field(name: Array("message-id".utf8)), SearchNeedle("zzznotthere"))
      ),
      ("BODY zzznotthere", SearchQuestion(.body, SearchNeedle("zzznotthere"))),
      ("TEXT deadline", SearchQuestion(.text, SearchNeedle("deadline"))),
      ("TEXT e", SearchQuestion(.text, SearchNeedle("e"))),
      ("FUZZY BODY", SearchQuestion(.body, SearchNeedle("مشروع", form: .arabic))),
    ]
    for (name, question) in questions {
      for turn in ["first", "again"] {
        var answer: SearchAnswer?
        let took = try await ContinuousClock().measure {
          answer = try await store.search([question], of: Fixture.account)
        }
        say("\(name), \(turn): \(Int(took / .microseconds(1))) us, \(answer?.certain(0).count ?? 0) messages")
      }
    }
    await fixture.close()
  }
}
