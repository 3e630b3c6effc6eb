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

  /// "This device has everything from before": a day that there was.
  @Test(arguments: [
    ("2024-02-29", true), ("2023-02-29", false), ("2026-02-31", false), ("2026-04-31", false), ("9999-01-01", false),
    ("1970-01-01", true), ("yesterday", false), ("none", true),
  ])
  func daysThatWere(_ day: String, _ isGood: Bool) async throws {
    let bench = try Bench()
    _ = await bench.ask("domain add", ["name": "example.org"])
    _ = await bench.ask("account add", ["address": "amal@example.org", "password": "correct horse"])
    let answer = await bench.ask("account policy", ["address": "amal@example.org", "hasBefore": .text(day)])
    #expect(answer.isDone == isGood)
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
