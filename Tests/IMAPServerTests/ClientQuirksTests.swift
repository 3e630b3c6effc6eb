import IMAP
import Testing

@testable import IMAPServer

@Suite("Client quirks") struct ClientQuirksTests {
  @Test(arguments: [
    ("Microsoft Office 365", true), ("microsoft.outlook", true), ("Outlook-iOS-Android", true), ("Thunderbird", false),
    ("", false), ("Micro", false),
  ])
  func uidOnly(_ name: String, _ isHidden: Bool) {
    let quirks = ClientQuirks.of([.init(name: "vendor", value: "x"), .init(name: "NAME", value: name)])
    #expect(quirks.hidden.contains("UIDONLY") == isHidden)
  }

  @Test func nothingSaid() {
    #expect(ClientQuirks.of([]) == .none)
    #expect(ClientQuirks.of([.init(name: "name", value: nil)]) == .none)
  }
}
