internal import Logging
internal import Net
package import Phrases
internal import Synchronization

extension PostOffice {
  /// Reads configuration and certificates again and takes over what may change while connections are open: certificates
  /// and logging. The rest is named in the log: it needs a restart. Where anything is wrong, nothing changes and the
  /// phrase says why.
  package func reload() async -> Phrase? {
    let logger = log.logger("server")
    switch read() {
    case .failure(let fault):
      logger.error("reload refused", metadata: ["reason": "\(fault.phrase.text(in: .english))"])
      return fault.phrase
    case .success(let new):
      let old = current.withLock { settings in
        defer {
          settings.tls = new.tls
          settings.log = new.log
        }
        return settings
      }
      logger.notice("configuration and certificates read again")
      for option in ConfigurationOption.all where option.needsRestart && option.write(old) != option.write(new) {
        logger.warning("option needs a restart", metadata: ["option": "\(option.key)"])
      }
      return nil
    }
  }

  /// The new settings, with certificates and log already changed to them.
  private func read() -> Result<ServerSettings, StartFault> {
    do throws(StartFault) {
      let settings = try settings()
      let contexts = try Self.tls(settings)
      do throws(FileFault) { try log.change(to: settings.log) } catch {
        throw StartFault(.dataFault(error.description))
      }
      net.reload(tls: contexts)
      return .success(settings)
    } catch {
      return .failure(error)
    }
  }

  private func settings() throws(StartFault) -> ServerSettings {
    guard let configuration else { return current.withLock { $0 } }
    do throws(ConfigurationMistakes) {
      return try configuration.read()
    } catch {
      throw StartFault(.serverReloadFailed(error.text(in: .english)))
    }
  }
}

extension ConfigurationOption {
  fileprivate var needsRestart: Bool { !key.hasPrefix("tls.") && !key.hasPrefix("log.") }
}
