import Testing

@testable import BaridServer

struct DemoTests {
  @Test func `the letters are whole messages, one Arabic, one with an attachment`() throws {
    let letters = try DemoLetters.all(domain: "example.test", now: 1_800_000_000)
    #expect(letters.count == 4)
    for letter in letters {
      let text = String(decoding: letter.message, as: UTF8.self)
      for field in ["From: ", "To: \(letter.to)", "Subject: ", "Date: ", "Message-ID: <", "MIME-Version: 1.0"] {
        #expect(text.contains(field), "\(field) in \(text.prefix(300))")
      }
      #expect(!text.replacing("\r\n", with: "").contains("\n"))
    }
    #expect(String(decoding: letters[1].message, as: UTF8.self).contains("Subject: =?"))
    #expect(String(decoding: letters[2].message, as: UTF8.self).contains("timetable.csv"))
  }

  @Test func `the demo listens on loopback only`() {
    let settings = DemoFolder(path: "/tmp/x").settings
    for (_, listener) in settings.listeners.all {
      #expect(listener.hosts == ["127.0.0.1", "::1"])
      #expect(listener.port > 1024)
    }
    #expect(Set(settings.listeners.all.map(\.listener.port)).count == ListenerKind.allCases.count)
    #expect(settings.exemptions == .loopback)
    #expect(ServerSettings().exemptions == .none)
  }
}
