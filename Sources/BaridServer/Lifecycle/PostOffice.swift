internal import Control
package import Directory
internal import Glibc
internal import Logging
internal import Net
internal import POP3Server
internal import Phrases
internal import SMTPServer
package import Store
internal import Synchronization

/// The whole server, wired: store, directory, listeners, services and the control socket.
///
/// Invariants
/// 1. `open` either returns a server that answers on every listener, or throws one sentence and leaves nothing open.
/// 2. Ports and the folder's rights are tried before anything is written.
/// 3. `close` first lets the protocols finish, then closes the directory and, last, the store with its lock.
package final class PostOffice: Sendable {
  package let store: Store
  package let directory: Directory
  let net: NetServer
  let log: LogSwitch
  /// What all SMTP listeners share, over reloads too.
  let letterNames = LetterNames(now: Int64(time(nil)))
  /// What all POP3 listeners share.
  let maildrops = Maildrops()
  /// nil: mail from strangers is not checked.
  let checks: Mutex<CheckDesk?>
  /// Findings for DMARC reports, whichever checks find them.
  let journal: ReportJournal
  /// What HUP reads again; nil: there is no file, as in the demo.
  let configuration: ConfigurationFile?
  /// The settings in force.
  let current: Mutex<ServerSettings>
  let reloading = OneAtATime()
  private let bounds = Mutex<[BoundListener]>([])
  private let control = Mutex<ControlServer?>(nil)
  private let stops: AsyncStream<Void>
  private let stopping: AsyncStream<Void>.Continuation
  /// Asked for at start and after each reload: what new settings need that nobody waits for.
  private let choresAsked: AsyncStream<Void>
  let chores: AsyncStream<Void>.Continuation
  private let openedAt = time(nil)

  private init(
    _ settings: ServerSettings, _ configuration: ConfigurationFile?, _ log: LogSwitch, _ folder: DataFolder,
    _ checks: CheckDesk?, _ journal: ReportJournal
  ) {
    self.checks = Mutex(checks)
    self.journal = journal
    store = folder.store
    directory = folder.directory
    self.log = log
    self.configuration = configuration
    current = Mutex(settings)
    net = NetServer(settings: Self.netSettings(settings), logger: log.logger("net"))
    (stops, stopping) = AsyncStream.makeStream(of: Void.self)
    (choresAsked, chores) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Opens everything. `beforeListening` runs when store and directory are open and nobody can connect yet.
  package static func open(
    _ settings: ServerSettings, configuration: ConfigurationFile? = nil, log: LogSwitch,
    beforeListening: @Sendable (PostOffice) async throws(StartFault) -> Void = { _ in }
  ) async throws(StartFault) -> PostOffice {
    FileLimit.raise()
    try tryPlaces(settings)
    let named = settings.tls.certificates.isEmpty ? nil : try tls(settings)
    let journal = ReportJournal(settings.reportFolder, logger: log.logger("checks"))
    let checks = try CheckDesk.open(settings, journal: journal, log: log)
    let folder: DataFolder
    do throws(StartFault) { folder = try DataFolder.open(settings, loggers: { log.logger($0) }) } catch {
      checks?.close()
      throw error
    }
    let office = PostOffice(settings, configuration, log, folder, checks, journal)
    do throws(StartFault) {
      try await office.repair()
      try await beforeListening(office)
      let contexts = if let named { named } else { try tls(settings) }
      try await office.listen(settings, contexts, checks)
      try office.openControl()
      return office
    } catch {
      await office.close(limit: .zero)
      throw error
    }
  }

  /// Says why the data folder or a port cannot be had, before anything is written.
  package static func tryPlaces(_ settings: ServerSettings) throws(StartFault) {
    try FolderProbe.check(settings.dataFolder)
    try PortProbe.check(settings.listeners)
  }

  /// True while nobody has a mailbox here.
  package var isEmpty: Bool { directory.accounts.isEmpty }

  /// Serves until TERM, INT or `barid server stop`, then finishes what is under way and closes everything.
  package func run() async {
    let logger = log.logger("server")
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await SignalLoop.run(reload: { _ = await self.reload() }, stop: { self.stop() }) }
      if let control = control.withLock({ $0 }) { group.addTask { await control.run() } }
      group.addTask { await self.retain() }
      group.addTask { await self.endExpiredSessions() }
      group.addTask { await self.housekeeping.run() }
      group.addTask { await self.doChores() }
      group.addTask { await FreeMemory(logger: logger).run() }
      for await _ in stops { break }
      let seconds = current.withLock { $0.limits.drainSeconds }
      logger.notice("stopping", metadata: ["seconds": "\(seconds)"])
      await close(limit: .seconds(seconds))
      group.cancelAll()
    }
    logger.notice("stopped")
  }

  /// Begins to stop; returns at once.
  package func stop() { stopping.yield() }

  /// Stops accepting, lets commands finish for at most `limit`, then closes everything.
  package func close(limit: Duration) async {
    control.withLock { $0 }?.stop()
    await net.drain(limit: limit)
    checks.withLock { $0 }?.close()
    journal.close()
    await directory.close()
    await store.close()
  }

  /// Tries the lists of senders and makes keys that are missing, at start and whenever the settings changed.
  private func doChores() async {
    chores.yield()
    for await _ in choresAsked {
      if let desk = checks.withLock({ $0 }) { await desk.checks.testLists() }
      if current.withLock({ $0.signing.isEnabled }) { await makeMissingKeys() }
    }
  }

  private var housekeeping: Housekeeping {
    Housekeeping(
      verbs: ControlVerbs(directory: directory, store: store), store: store,
      recoverableDays: { [self] in current.withLock { $0.store.recoverableDays } }, logger: log.logger("store"))
  }

  func note(_ bound: [BoundListener]) { bounds.withLock { $0 = bound } }

  static func tls(_ settings: ServerSettings) throws(StartFault) -> TLSContexts {
    try TLSFiles.load(
      settings.tls, ownFolder: settings.certificateFolder,
      names: [settings.effectiveHostname, "localhost", "127.0.0.1", "::1"])
  }

  static func netSettings(_ settings: ServerSettings) -> NetSettings {
    var net = NetSettings()
    net.threads = settings.limits.threads
    net.connections = settings.limits.connections
    net.connectionsPerAddress = settings.limits.connectionsPerAddress
    net.strangersPerNetwork = settings.limits.connectionsPerNetwork
    net.loopbackIsExempt = settings.exemptions.noLimitsOnLoopback
    return net
  }
}

// MARK: The control socket

extension PostOffice {
  /// An account of the directory whose storage a crash kept from being made gets it now.
  private func repair() async throws(StartFault) {
    do throws(StoreFault) {
      let made = try await ControlVerbs(directory: directory, store: store).repair()
      if made > 0 { log.logger("server").notice("storage of accounts made", metadata: ["count": "\(made)"]) }
    } catch {
      throw StartFault(.dataFault(error.description))
    }
  }

  /// Domains that were added without keys, by an older Barid or just before a crash, get them now.
  private func makeMissingKeys() async {
    for domain in directory.domains {
      do throws(DirectoryError) {
        try await directory.makeKeys(for: domain.name)
      } catch {
        log.logger("server").warning("no signing keys", metadata: ["domain": "\(domain.name)", "error": "\(error)"])
      }
    }
  }

  private func openControl() throws(StartFault) {
    let verbs = ControlVerbs(
      directory: directory, store: store,
      allowsZeroDays: { [weak self] in self?.current.withLock { $0.pop3.allowsZeroDays } ?? false },
      server: ControlVerbs.Server(
        status: { [weak self] in self?.status() ?? [:] },
        reload: { [weak self] in await self?.reloadAnswer() ?? .success([]) },
        stop: { [weak self] in self?.stop() }))
    let path = ControlClient.socketPath(in: current.withLock { $0.dataFolder })
    do throws(ControlFailure) {
      let server = try ControlServer(path: path, logger: log.logger("control")) { await verbs.answer($0) }
      control.withLock { $0 = server }
    } catch {
      throw StartFault(error.phrase)
    }
  }

  private func reloadAnswer() async -> Result<[String], ControlRefusal> {
    switch await reload() {
    case .taken(let waiting): .success(waiting)
    case .refused(let phrase): .failure(ControlRefusal(phrase))
    }
  }

  private func status() -> [String: ControlValue] {
    [
      "pid": .int(Int64(getpid())), "version": .text(Version.text), "seconds": .int(Int64(time(nil) - openedAt)),
      "connections": .int(Int64(net.connectionCount)),
      "listeners": .object(ports),
    ]
  }

  private var ports: [String: ControlValue] {
    bounds.withLock { $0 }.reduce(into: [:]) { ports, bound in ports[bound.name] = .int(Int64(bound.port)) }
  }
}
