package import DNS
package import Directory
import Glibc
package import IMAPServer
package import Logging
package import Net
package import POP3Server
import Postroom
import SMTP
package import SMTPServer
package import Store

/// A whole post office in the test's process: domain example.test, accounts user@, other@ and third@, on free loopback ports.
package final class TestOffice: Sendable {
  package static let domain = "example.test"
  package static let password = "correct horse"

  package let folder: String
  package let store: Store
  package let directory: Directory
  package let smtpPort: Int
  package let submissionPort: Int
  package let lmtpPort: Int
  package let imapPort: Int
  package let pop3Port: Int
  package let account: AccountID
  package let other: AccountID
  /// What the server has logged.
  package let log: MemoryLog
  private let server: NetServer

  private init(
    folder: String, store: Store, directory: Directory, server: NetServer, ports: [Int], accounts: [AccountID],
    log: MemoryLog
  ) {
    self.log = log
    self.folder = folder
    self.store = store
    self.directory = directory
    self.server = server
    smtpPort = ports[0]
    submissionPort = ports[1]
    lmtpPort = ports[2]
    imapPort = ports[3]
    pop3Port = ports[4]
    account = accounts[0]
    other = accounts[1]
  }

  /// Starts one with an empty folder. Log-in without TLS is allowed: TLS has tests of its own, with real clients.
  /// - Parameters:
  ///   - folder: of an office that was halted, to go on with.
  ///   - storeOptions: changes what the store is opened with.
  ///   - smtpSettings: changes how all SMTP listeners behave.
  ///   - imapSettings: changes how the IMAP listener behaves.
  ///   - dns: strangers' mail is looked at by asking here. Connections to `smtpPort` then begin with a PROXY header, so that a test can
  ///     come from anywhere (`LineClient.proxied(from:port:)`).
  ///   - checks: changes what is looked at.
  ///   - report: gets what belongs into DMARC reports.
  ///   - signs: submitted mail is signed with the keys of its author's domain, if that has some.
  ///   - logger: nil: into `log`.
  package static func start(
    plaintextLogIn: Bool = true, folder: String? = nil, storeOptions: (inout StoreOptions) -> Void = { _ in },
    smtpSettings: (inout SMTPServiceSettings) -> Void = { _ in },
    popSettings: (inout POP3ServiceSettings) -> Void = { _ in },
    imapSettings: (inout IMAPServiceSettings) -> Void = { _ in }, netSettings: (inout NetSettings) -> Void = { _ in },
    dns: (any DNSLookup)? = nil, checks: (inout CheckSettings) -> Void = { _ in },
    report: (@Sendable (ReportedMessage) -> Void)? = nil, signs: Bool = false,
    logger: Logger? = nil,
    now: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
  ) async throws -> TestOffice {
    let isNew = folder == nil
    let folder = try folder ?? newFolder()
    let log = MemoryLog()
    let logger = logger ?? Logger(label: "test") { _ in MemoryLogHandler(log) }
    var options = StoreOptions()
    options.lanes = 2
    options.now = now
    // Days that a test lets pass did pass; a jump is what a test says that it is.
    options.steadySeconds = now
    options.clockIsSynchronised = { false }
    storeOptions(&options)
    let store = try Store.open(folder, options, derive: Derivation.derive, logger: logger)
    var names = DirectoryOptions()
    names.lanes = 2
    names.now = now
    let directory = try Directory.open(folder, names, logger: logger)
    let accounts =
      try await isNew
      ? people(store, directory) : directory.accounts.map(\.account).sorted().map { AccountID(raw: $0) }
    var net = NetSettings()
    net.threads = 2
    net.loopbackIsExempt = true
    netSettings(&net)
    let server = NetServer(settings: net, logger: logger)
    var checkSettings = CheckSettings()
    checks(&checkSettings)
    let senderChecks = dns.map {
      SenderChecks(settings: checkSettings, dns: $0, logger: logger, now: now, report: report)
    }
    let ports = try await listen(
      server, store, directory, logger, plaintextLogIn, smtpSettings, senderChecks, popSettings, imapSettings, signs,
      now)
    return TestOffice(
      folder: folder, store: store, directory: directory, server: server, ports: ports, accounts: accounts,
      log: log)
  }

  private static func newFolder() throws -> String {
    var template = Array("/tmp/barid-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestOfficeFault(reason: "mkdtemp failed") }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func people(_ store: Store, _ directory: Directory) async throws -> [AccountID] {
    try await directory.addDomain(domain)
    var accounts: [AccountID] = []
    for name in ["user", "other", "third"] {
      let info = try await directory.addAccount("\(name)@\(domain)", password: Array(password.utf8))
      let account = AccountID(raw: info.account)
      try await store.createAccount(account, lane: info.lane)
      accounts.append(account)
    }
    return accounts
  }

  private static func listen(
    _ server: NetServer, _ store: Store, _ directory: Directory, _ logger: Logger, _ plaintextLogIn: Bool,
    _ smtpSettings: (inout SMTPServiceSettings) -> Void, _ checks: SenderChecks?,
    _ changePOP: (inout POP3ServiceSettings) -> Void, _ changeIMAP: (inout IMAPServiceSettings) -> Void, _ signs: Bool,
    _ now: @escaping @Sendable () -> Int64
  ) async throws -> [Int] {
    var ports: [Int] = []
    for role in [ServerSettings.Role.mx, .submission, .lmtp] {
      var settings = SMTPServiceSettings(role: role, hostName: "mail.\(domain)")
      settings.allowsPlaintextLogIn = plaintextLogIn
      settings.offersStartTLS = !plaintextLogIn
      smtpSettings(&settings)
      let smtp = SMTPService(
        settings: settings, store: store, directory: directory, checks: checks,
        signers: signs ? DomainSigners(directory: directory, now: now) : nil, logger: logger, now: now)
      let proxies = checks != nil && role == .mx ? [CIDR("127.0.0.0/8")].compactMap { $0 } : []
      let bound = try await server.listen(
        .init(name: "smtp", host: "127.0.0.1", port: 0, proxyProtocolFrom: proxies)
      ) {
        smtp.makeSession($0, $1)
      }
      ports.append(bound.port)
    }
    var imapSettings = IMAPServiceSettings(hostName: "mail.\(domain)")
    imapSettings.allowsPlaintextLogIn = plaintextLogIn
    imapSettings.offersStartTLS = !plaintextLogIn
    changeIMAP(&imapSettings)
    let imap = IMAPService(settings: imapSettings, store: store, directory: directory, logger: logger, now: now)
    ports.append(
      try await server.listen(.init(name: "imap", host: "127.0.0.1", port: 0)) { imap.makeSession($0, $1) }.port)
    var popSettings = POP3ServiceSettings(hostName: "mail.\(domain)")
    popSettings.allowsPlaintextLogIn = plaintextLogIn
    popSettings.offersSTLS = !plaintextLogIn
    changePOP(&popSettings)
    let pop = POP3Service(
      settings: popSettings, store: store, directory: directory, logger: logger, maildrops: Maildrops(), now: now)
    ports.append(
      try await server.listen(.init(name: "pop3", host: "127.0.0.1", port: 0)) { pop.makeSession($0, $1) }.port)
    return ports
  }

  /// What is kept beside the messages of a mailbox about their senders, in order.
  package func authenticationResults(_ name: String, _ account: AccountID) async throws -> [String?] {
    let mailbox = try await store.mailbox(named: name, of: account)
    let table = try await store.open(mailbox.id, of: account, claimRecent: false).state.table
    let emails = (0..<table.count).map { table[$0].email }
    return try await store.derived(emails, of: account).map { $0?.authenticationResults }
  }

  /// Stops everything and removes the folder.
  package func stop() async {
    await halt()
    removeFolder(folder)
  }

  /// Stops everything and keeps the folder, for `start(folder:)`.
  package func halt(drain limit: Duration = .seconds(2)) async {
    await server.drain(limit: limit)
    await directory.close()
    await store.close()
  }

  /// Open connections.
  package var connections: Int { server.connectionCount }

  /// Returns when the server has seen the end of every connection.
  package func untilNobodyIsHere() async {
    while server.connectionCount > 0 { await Task.yield() }
  }

  /// The messages of an account's INBOX, in order.
  package func inbox(_ account: AccountID) async throws -> [String] { try await messages("INBOX", of: account) }

  /// The messages of a mailbox, in order.
  package func messages(_ mailbox: String, of account: AccountID) async throws -> [String] {
    let inbox = try await store.mailbox(named: mailbox, of: account)
    let table = try await store.open(inbox.id, of: account, claimRecent: false).state.table
    var messages: [String] = []
    for index in 0..<table.count {
      messages.append(String(decoding: try await store.content(table[index].email, of: account), as: UTF8.self))
    }
    return messages
  }
}

package struct TestOfficeFault: Error {
  package var reason: String
}

/// Removes a folder with all that is in it.
private func removeFolder(_ path: String) {
  if let entries = opendir(path) {
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      let inner = "\(path)/\(name)"
      if entry.pointee.d_type == UInt8(DT_DIR) { removeFolder(inner) } else { unlink(inner) }
    }
    closedir(entries)
  }
  rmdir(path)
}
