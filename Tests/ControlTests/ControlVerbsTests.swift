import MailAuth
import Glibc
import Logging
import Phrases
import Store
import Synchronization
import Testing

@testable import Control
@testable import Directory

struct ControlVerbsTests {
  /// Verbs over a directory of its own and a store that only counts.
  final class Bench: Sendable {
    let folder: String
    let directory: Directory
    let stored = Mutex<[AccountKey: Int]>([:])
    let fault = Mutex<StoreFault?>(nil)

    init() throws {
      var template = Array("/tmp/barid-verbs-XXXXXX".utf8CString)
      folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/barid-verbs"
      var options = DirectoryOptions()
      options.passwordCost = PasswordCost(passes: 1, kibibytes: 8)
      options.makeRSAKey = { DKIMPrivateKey.generateEd25519() }
      directory = try Directory.open(folder, options, logger: ControlSocketTests.quiet)
    }

    deinit {
      for name in ["directory.db", "directory.db-wal", "directory.db-shm"] { unlink("\(folder)/\(name)") }
      rmdir(folder)
    }

    var verbs: ControlVerbs { verbs(nil) }

    func verbs(_ server: ControlVerbs.Server?) -> ControlVerbs {
      let storage = ControlVerbs.Storage(
        create: { [self] account throws(StoreFault) in
          if let fault = fault.withLock({ $0 }) { throw fault }
          let isNew = stored.withLock { $0.updateValue(account.lane, forKey: account.account) == nil }
          if !isNew { throw .accountExists }
        },
        accounts: { [self] in Set(stored.withLock { $0.keys }) })
      return ControlVerbs(directory: directory, storage: storage, server: server)
    }

    func ask(_ verb: String, _ arguments: [String: ControlValue] = [:]) async -> ControlResponse {
      await verbs.answer(ControlRequest(verb, arguments))
    }
  }

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
      "\"gestern\" is not valid for --has-before. Give a date such as 2026-11-21, or none."
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
    let bench = try Bench()
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
    let bench = try Bench()
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

  @Test func aWholeDay() async throws {
    let bench = try Bench()
    #expect(await bench.ask("domain list").key == "listEmpty")
    #expect(await bench.ask("domain add", ["name": "example.org"]).key == "domainAdded")
    #expect(await bench.ask("domain add", ["name": "example.net", "aliasOf": "example.org"]).isDone)
    #expect(
      await bench.ask("domain list").result == [
        [
          "name": "example.net", "aliasOf": "example.org", "accounts": 0, "usedBytes": 0, "usedMessages": 0,
          "quotaBytes": .null, "quotaMessages": .null,
        ],
        [
          "name": "example.org", "aliasOf": .null, "accounts": 0, "usedBytes": 0, "usedMessages": 0,
          "quotaBytes": .null, "quotaMessages": .null,
        ],
      ])
    #expect(await bench.ask("domain set", ["name": "example.org", "quota": "5000"]).result["quotaBytes"] == 5_000)
    #expect(await bench.ask("domain set", ["name": "example.org", "quota": "none"]).result["quotaBytes"] == .null)
    #expect(await bench.ask("domain set", ["name": "example.org"]).key == "domainSettingMissing")
    #expect(await bench.ask("domain set", ["name": "example.net", "quota": "1"]).key == "domainIsAlias")
    #expect(await bench.ask("domain set", ["name": "example.org", "messages": "-1"]).key == "controlArgumentInvalid")

    let amal = await bench.ask("account add", ["address": "amal@example.org", "password": "correct horse"])
    #expect(amal.key == "accountAdded")
    #expect(amal.text == "The account amal@example.org is ready.")
    #expect(amal.result["password"] == nil, "a password that was given is not sent back")
    let basma = await bench.ask("account add", ["address": "basma@example.org"])
    let made = try #require(basma.result["password"]?.text)
    #expect(await LogInCheck.isRight(bench.directory, "basma", made))
    #expect(bench.stored.withLock { $0 } == [1: 0, 2: 0])
    #expect(
      await bench.ask("account list").result.list?.compactMap { $0["address"]?.text } == [
        "amal@example.org", "basma@example.org",
      ])
    #expect(await bench.ask("account password", ["address": "basma", "password": "another horse"]).isDone)
    #expect(await LogInCheck.isRight(bench.directory, "basma", "another horse"))
    #expect(!(await LogInCheck.isRight(bench.directory, "basma", made)))

    let alias = await bench.ask(
      "alias add", ["address": "info@example.org", "targets": ["amal@example.org", "basma@example.org"]])
    #expect(alias.text == "info@example.org leads to amal@example.org, basma@example.org.")
    #expect(await bench.ask("alias add", ["address": "@example.org", "targets": "info@example.org"]).isDone)
    #expect(await bench.ask("alias list").result.list?.count == 2)
    #expect(await bench.ask("alias remove", ["address": "@example.org"]).isDone)

    let phone = await bench.ask(
      "device add", ["address": "amal", "name": "phone", "scope": ["imap", "smtp"], "expiresInDays": 30])
    let password = try #require(phone.result["password"]?.text)
    #expect(await LogInCheck.isRight(bench.directory, "amal", password))
    let listed = await bench.ask("device list", ["address": "amal"]).result.list?.first
    #expect(listed?["name"] == "phone")
    #expect(listed?["scope"] == ["smtp", "imap"])
    #expect(listed?["password"] == nil)
    #expect(await bench.ask("device remove", ["address": "amal", "name": "phone"]).isDone)
    #expect(!(await LogInCheck.isRight(bench.directory, "amal", password)))

    #expect(await bench.ask("account remove", ["address": "basma@example.org"]).isDone)
    #expect(await bench.ask("account remove", ["address": "amal@example.org"]).key == "accountLastTarget")
    #expect(await bench.ask("domain remove", ["name": "example.org"]).key == "domainInUse")
    await bench.directory.close()
  }

  /// Verb, arguments, the key of the refusal.
  @Test(
    arguments: [
      ("domain fly", [:], "controlUnknownVerb"),
      ("", [:], "controlUnknownVerb"),
      ("domain add", [:], "controlArgumentMissing"),
      ("domain add", ["name": .null], "controlArgumentMissing"),
      ("domain add", ["name": 7], "controlArgumentInvalid"),
      ("domain add", ["name": ["a.example"]], "controlArgumentInvalid"),
      ("domain add", ["name": "a b"], "domainInvalid"),
      ("account add", ["address": "amal@example.org", "password": "short"], "passwordTooShort"),
      ("account add", ["address": "amal@no.example"], "domainUnknown"),
      ("alias add", ["address": "a@example.org"], "aliasWithoutTarget"),
      ("alias add", ["address": "a@example.org", "targets": [1]], "controlArgumentInvalid"),
      ("alias add", ["address": "a@example.org", "targets": ["x@elsewhere.example"]], "aliasTargetElsewhere"),
      ("device add", ["address": "nobody", "name": "phone"], "accountUnknown"),
      ("device add", ["address": "nobody", "name": "phone", "scope": ["ftp"]], "controlArgumentInvalid"),
      ("device add", ["address": "nobody", "name": "phone", "expiresInDays": 0], "controlArgumentInvalid"),
      ("device list", ["address": "nobody"], "accountUnknown"),
      ("server status", [:], "serverNotRunning"),
      ("server reload", [:], "serverNotRunning"),
      ("server stop", [:], "serverNotRunning"),
    ] as [(String, [String: ControlValue], String)])
  func aBadRequestIsRefused(verb: String, arguments: [String: ControlValue], key: String) async throws {
    let bench = try Bench()
    #expect(await bench.ask("domain add", ["name": "example.org"]).isDone)
    let answer = await bench.ask(verb, arguments)
    #expect(answer.key == key)
    #expect(!answer.isDone)
    #expect(!answer.text.isEmpty)
    await bench.directory.close()
  }

  @Test func everyVerbIsInTheList() {
    for noun in ["domain", "account", "alias", "device"] {
      for verb in ["add", "list", "remove"] { #expect(ControlVerbs.names.contains("\(noun) \(verb)")) }
    }
  }

  @Test func anAccountWithoutAMailboxIsNone() async throws {
    let bench = try Bench()
    #expect(await bench.ask("domain add", ["name": "example.org"]).isDone)
    bench.fault.withLock { $0 = .diskFull }
    #expect(await bench.ask("account add", ["address": "amal@example.org"]).key == "diskFull")
    #expect(bench.directory.accounts.isEmpty)
    bench.fault.withLock { $0 = nil }
    #expect(await bench.ask("account add", ["address": "amal@example.org"]).result["account"] == 2)
    await bench.directory.close()
  }

  /// The process died between the directory and the store.
  @Test func repairMakesWhatIsMissing() async throws {
    let bench = try Bench()
    try await bench.directory.addDomain("example.org")
    for name in ["amal", "basma", "samar"] {
      _ = try await bench.directory.addAccount("\(name)@example.org", password: nil)
    }
    bench.stored.withLock { $0[2] = 0 }
    #expect(try await bench.verbs.repair() == 2)
    #expect(Set(bench.stored.withLock { $0.keys }) == [1, 2, 3])
    #expect(try await bench.verbs.repair() == 0)
    await bench.directory.close()
  }

  @Test func theRunningServerIsAskedAndTold() async throws {
    let bench = try Bench()
    let stops = SharedBox(Atomic(0))
    let verbs = bench.verbs(
      ControlVerbs.Server(
        status: { ["pid": 4_711, "connections": 3] }, reload: { .failure(ControlRefusal(.configMistakes(2))) },
        stop: { stops.value.add(1, ordering: .relaxed) }))
    let status = await verbs.answer(ControlRequest("server status"))
    #expect(status.text == "The server is running (process 4711).")
    #expect(status.result["connections"] == 3)
    #expect(await verbs.answer(ControlRequest("server reload")).key == "configMistakes")
    #expect(await verbs.answer(ControlRequest("server stop")).key == "serverStopAsked")
    #expect(stops.value.load(ordering: .relaxed) == 1)
    let arabic = await verbs.answer(ControlRequest("domain remove", ["name": "no.example"], language: .arabic))
    #expect(arabic.text.hasPrefix("النطاق"))
    await bench.directory.close()
  }
}

enum LogInCheck {
  static func isRight(_ directory: Directory, _ name: String, _ password: String) async -> Bool {
    await directory.logIn(name: name, password: Array(password.utf8), service: .imap, peer: "192.0.2.1") != .refused
  }
}
