import Directory
import Logging
import POP3Server
import ServiceKit
import Store
import Testing

/// A POP3 session of a test, on a thread that may block.
final class PopClient {
  let line: LineClient

  struct Refused: Error, CustomStringConvertible { var description: String }

  init(_ port: Int, _ password: String = TestOffice.password, user: String = "user", utf8: Bool = false) throws {
    line = try LineClient(port: port)
    _ = try line.line()
    if utf8 { _ = try line.ask("UTF8") }
    _ = try line.ask("USER \(user)@\(TestOffice.domain)")
    let answer = try line.ask("PASS \(password)")
    guard answer.hasPrefix("+OK") else { throw Refused(description: answer) }
  }

  /// Numbers and ids, as listed.
  func ids() throws -> [(number: Int, id: String)] {
    try list("UIDL").map { ($0.0, $0.1) }
  }

  func sizes() throws -> [(number: Int, size: Int)] { try list("LIST").map { ($0.0, Int($0.1) ?? -1) } }

  private func list(_ command: String) throws -> [(Int, String)] {
    let answer = try line.ask(command)
    guard answer.hasPrefix("+OK") else { throw Refused(description: answer) }
    return try line.block().map { text in
      let parts = text.split(separator: " ")
      return (Int(parts[0]) ?? -1, String(parts[1]))
    }
  }

  /// The lines of a message; nil: -ERR.
  func retrieve(_ number: Int) throws -> [String]? {
    try line.ask("RETR \(number)").hasPrefix("+OK") ? try line.block() : nil
  }

  func count() throws -> Int {
    Int(try line.ask("STAT").split(separator: " ")[1]) ?? -1
  }

  @discardableResult
  func delete(_ number: Int) throws -> Bool { try line.ask("DELE \(number)").hasPrefix("+OK") }

  @discardableResult
  func quit() throws -> String { try line.ask("QUIT") }
}

/// A post office with a clock that the test sets, devices, and the worker that removes by policy.
struct POPOffice: Sendable {
  let office: TestOffice
  let clock: TestClock

  static func start(
    folder: String? = nil, clock: TestClock = TestClock(), popSettings: (inout POP3ServiceSettings) -> Void = { _ in },
    storeOptions: (inout StoreOptions) -> Void = { _ in }
  ) async throws -> POPOffice {
    POPOffice(
      office: try await TestOffice.start(
        folder: folder, storeOptions: storeOptions, popSettings: popSettings, now: clock.now), clock: clock)
  }

  var port: Int { office.pop3Port }
  var address: String { "user@\(TestOffice.domain)" }

  /// Adds a device; its password.
  func device(_ name: String, _ edit: @escaping @Sendable (inout POPPolicy) -> Void = { _ in }) async throws -> String {
    let made = try await office.directory.addDevice(name, to: address)
    try await office.directory.setPOPPolicy(of: address, device: name, edit)
    return made.password
  }

  func policy(_ edit: @escaping @Sendable (inout POPPolicy) -> Void) async throws {
    try await office.directory.setPOPPolicy(of: address, edit)
  }

  /// A letter comes in over SMTP; in it "id" names it.
  func deliver(_ ids: [String]) async throws {
    let port = office.smtpPort
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.answer()
      _ = try client.ask("EHLO a.example")
      for id in ids {
        _ = try client.ask("MAIL FROM:<a@elsewhere.example>")
        _ = try client.ask("RCPT TO:<user@\(TestOffice.domain)>")
        _ = try client.ask("DATA")
        let answer = try client.ask("Subject: \(id)\r\nMessage-ID: <\(id)@a.example>\r\n\r\ntext of \(id)\r\n.")
        #expect(answer.hasPrefix("250"))
      }
      _ = try client.ask("QUIT")
    }
  }

  /// The subjects in a mailbox, in order.
  func subjects(_ name: String = "INBOX") async throws -> [String] {
    let mailbox = try await open(name)
    var subjects: [String] = []
    for index in 0..<mailbox.state.table.count {
      let bytes = try await office.store.content(mailbox.state.table[index].email, of: office.account)
      let text = String(decoding: bytes, as: UTF8.self)
      subjects.append(
        text.split(separator: "\r\n").first { $0.hasPrefix("Subject: ") }.map { String($0.dropFirst(9)) } ?? "?")
    }
    return subjects
  }

  func open(_ name: String = "INBOX") async throws -> OpenMailbox {
    let info = try await office.store.mailbox(named: name, of: office.account)
    return try await office.store.open(info.id, of: office.account, claimRecent: false)
  }

  /// A round of removal by policy.
  @discardableResult
  func round() async -> Int {
    await RetentionWorker(
      store: office.store, directory: office.directory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      now: clock.now
    ).round()
  }

  /// A session that takes every message it lists (and has not got) and leaves it on the server. Returns the subjects.
  func fetch(_ password: String, delete: Bool = false, known: Set<String> = []) async throws -> [String] {
    let port = port
    return try await onThread {
      let client = try PopClient(port, password)
      var subjects: [String] = []
      for (number, id) in try client.ids() where !known.contains(id) {
        let lines = try client.retrieve(number) ?? []
        subjects.append(lines.first { $0.hasPrefix("Subject: ") }.map { String($0.dropFirst(9)) } ?? "?")
        if delete { try client.delete(number) }
      }
      #expect(try client.quit().hasPrefix("+OK"))
      return subjects
    }
  }

  /// The same for a client that knows no unique ids: RETR from 1 to STAT's count.
  func fetchAll(_ password: String) async throws -> [String] {
    let port = port
    return try await onThread {
      let client = try PopClient(port, password)
      let count = try client.count()
      var subjects: [String] = []
      for number in 0..<count {
        let lines = try client.retrieve(number + 1) ?? []
        subjects.append(lines.first { $0.hasPrefix("Subject: ") }.map { String($0.dropFirst(9)) } ?? "?")
      }
      try client.quit()
      return subjects
    }
  }
}
