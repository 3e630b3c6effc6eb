internal import Control
internal import Glibc
internal import Logging
internal import Net
package import Phrases
internal import Synchronization

extension PostOffice {
  /// What a reload came to.
  package enum Reload: Sendable, Equatable {
    /// All was taken over but the options named: they need a restart.
    case taken(except: [String])
    /// Nothing was.
    case refused(Phrase)
  }

  /// Reads configuration and certificates again and takes over all that a running server can change. Connections under way keep what
  /// they began with, new ones get the new.
  ///
  /// 1. All or nothing: everything that can fail comes first, the ports last of it; only then is anything changed.
  /// 2. One reload at a time; another one waits for it.
  package func reload() async -> Reload {
    await reloading.enter()
    defer { reloading.leave() }
    let logger = log.logger("server")
    let old = current.withLock { $0 }
    do throws(StartFault) {
      let read = try settings()
      var new = read
      new.keepFixed(of: old)
      try await take(new)
      for option in ConfigurationOption.all where option.write(old) != option.write(new) {
        logger.notice("option changed", metadata: ["option": "\(option.key)", "value": "\(option.write(new))"])
      }
      let waiting = ConfigurationOption.all.filter { $0.needsRestart && $0.write(read) != $0.write(new) }
      for option in waiting { logger.warning("option needs a restart", metadata: ["option": "\(option.key)"]) }
      logger.notice("configuration and certificates read again")
      return .taken(except: waiting.map(\.key))
    } catch {
      logger.error("reload refused", metadata: ["reason": "\(error.phrase.text(in: .english))"])
      return .refused(.serverReloadFailed(error.phrase))
    }
  }

  private func take(_ new: ServerSettings) async throws(StartFault) {
    let contexts = try Self.tls(new)
    let last = checks.withLock { $0 }
    let desk = try CheckDesk.open(new, after: last, journal: journal, log: log)
    let lines: LogSwitch.Change
    do throws(FileFault) { lines = try log.prepare(new.log) } catch {
      throw StartFault(error.phrase)
    }
    try await listen(new, contexts, desk)
    log.take(lines)
    let limits = Self.netSettings(new)
    net.change(
      connections: limits.connections, perAddress: limits.connectionsPerAddress,
      strangersPerNetwork: limits.strangersPerNetwork)
    store.change(messageLimit: new.limits.messageSize, recoverableDays: Int64(new.store.recoverableDays))
    checks.withLock { $0 = desk }
    current.withLock { $0 = new }
    chores.yield()
  }

  private func settings() throws(StartFault) -> ServerSettings {
    guard let configuration else { return current.withLock { $0 } }
    do throws(ConfigurationMistakes) {
      return try configuration.read()
    } catch {
      throw StartFault(.configMistakesFound(english: error.text(in: .english), arabic: error.text(in: .arabic)))
    }
  }
}

extension ServerSettings {
  /// What a running server cannot change, and what no file can say, stays.
  fileprivate mutating func keepFixed(of old: ServerSettings) {
    dataFolder = old.dataFolder
    limits.threads = old.limits.threads
    exemptions = old.exemptions
    store.segmentSize = old.store.segmentSize
    store.lanes = old.store.lanes
  }
}
