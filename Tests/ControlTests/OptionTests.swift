import Testing

@testable import Control

/// What a person typed wrong, or to no effect, and what is said of it.
struct OptionTests {
  /// Options as they are typed, and what would do.
  static let refusals: [(String, [String: ControlValue], String)] = [
    ("device add", ["expiresInDays": 0], "\"0\" is not valid for --expires. Give a whole number from 1 to 36500."),
    ("device add", ["scope": "ftp"], "\"ftp\" is not valid for --scope. Give one of: smtp, imap, pop3."),
    ("device policy", ["days": 400], "\"400\" is not valid for --days. Give a whole number from 0 to 365."),
    (
      "device policy", ["keep": "long"],
      "\"long\" is not valid for --keep. Give one of: forever, after-download, after-arrival."
    ),
    ("device policy", ["dele": "x"], "\"x\" is not valid for --dele. Give one of: archive, trash, delete."),
    ("device policy", ["onlyNew": "maybe"], "\"maybe\" is not valid for --only-new. Give one of: yes, no."),
    (
      "device policy", ["hasBefore": "gestern"],
      "\"gestern\" is not valid for --has-before. Give a day that has come, such as 2026-11-21, or none."
    ),
    ("account set", ["sentCopy": "maybe"], "\"maybe\" is not valid for --sent-copy. Give one of: on, off."),
    (
      "account set", ["priority": "12"],
      "\"12\" is not valid for --priority. Give a whole number from 0 to 9, or default."
    ),
    (
      "account set", ["recipientsADay": "x"],
      "\"x\" is not valid for --recipients-a-day. Give a whole number from 0 to 10000000, or default."
    ),
    ("account set", ["search": "latin"], "\"latin\" is not valid for --search. Give one of: arabic, exact, default."),
    ("domain set", ["messages": "x"], "\"x\" is not valid for --messages. Give a whole number, or none."),
  ]

  @Test(arguments: refusals)
  func aRefusalSaysWhatWouldDo(_ verb: String, _ wrong: [String: ControlValue], _ text: String) async throws {
    let bench = try ControlVerbsTests.Bench()
    _ = await bench.ask("domain add", ["name": "example.org"])
    _ = await bench.ask("account add", ["address": "amal@example.org"])
    let isAdding = verb == "device add"
    if !isAdding { _ = await bench.ask("device add", ["address": "amal@example.org", "name": "phone"]) }
    let name: ControlValue = verb == "domain set" ? "example.org" : "phone"
    let answer = await bench.ask(verb, wrong.merging(["address": "amal@example.org", "name": name]) { $1 })
    #expect(!answer.isDone)
    #expect(answer.text == text)
  }

  /// What belongs to --keep changes what holds, or is refused: nothing is taken without a word.
  @Test func optionsThatBelongToKeep() async throws {
    let bench = try ControlVerbsTests.Bench()
    let user: ControlValue = "amal@example.org"
    _ = await bench.ask("domain add", ["name": "example.org"])
    _ = await bench.ask("account add", ["address": user])
    _ = await bench.ask("device add", ["address": user, "name": "phone"])
    func account(_ more: [String: ControlValue]) async -> ControlResponse {
      await bench.ask("account policy", more.merging(["address": user]) { $1 })
    }
    func phone(_ more: [String: ControlValue]) async -> ControlResponse {
      await bench.ask("device policy", more.merging(["address": user, "name": "phone"]) { $1 })
    }
    let useless: [[String: ControlValue]] = [
      ["days": 30], ["counted": "device"], ["ownCopies": true], ["keep": "forever", "days": 15],
      ["keep": "forever", "ownCopies": true], ["keep": "forever", "counted": "all"], ["reset": true, "days": 3],
    ]
    for words in useless {
      #expect(await account(words).key == "popNeedsKeep", "\(words)")
      #expect(await phone(words).key == "popNeedsKeep", "\(words)")
    }
    #expect(await account(["keep": "after-download", "days": 15, "ownCopies": true]).isDone)
    #expect(await account(["days": 20]).result["days"] == 20)
    #expect(await account(["counted": "device"]).result["counted"] == "device")
    let later = await account(["days": 30]).result
    #expect(later["days"] == 30 && later["counted"] == "device" && later["confirmedAt"]?.int != nil)
    #expect(await account(["ownCopies": true]).key == "popNeedsKeep")
    // What holds for a device is the account's.
    #expect(await phone(["days": 7]).result["days"] == 7)
    #expect(await phone([:]).result["counted"] == "device")
    #expect(await account([:]).result["days"] == 30)
    #expect(await phone(["keep": "after-arrival", "days": 7]).key == "popNeedsOwnCopies")
    #expect(await phone(["reset": true, "days": 9]).result["days"] == 9)
    #expect(await phone(["reset": true]).result["days"] == 30)
  }
}
