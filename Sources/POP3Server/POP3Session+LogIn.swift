import Directory
import Logging
import Net
import POP3
import SASL
import Store

// USER and PASS, APOP, AUTH: the directory decides, then the maildrop is opened.
extension POP3Session {
  mutating func beginLogIn(_ name: String, _ response: [UInt8]?, _ output: inout Output) -> Step<Outcome> {
    mechanism = name == "SCRAM-SHA-256" ? service.directory.scramServer() : SASLMechanism(rawValue: name)?.server()
    return continueLogIn(response, &output)
  }

  mutating func continueLogIn(_ response: [UInt8]?, _ output: inout Output) -> Step<Outcome> {
    guard var mechanism else { return perform(machine.logInRefused(.error(.unavailable, .systemTemporary)), &output) }
    let step = mechanism.respond(to: response)
    self.mechanism = mechanism
    switch step {
    case .challenge(let challenge):
      output.write(machine.challenge(challenge))
      return .proceed
    case .credentials(let credentials):
      self.mechanism = nil
      let acts = credentials.authorizationIdentity
      // RFC 4616 §2: acting for somebody else is not offered.
      guard acts.isEmpty || acts == credentials.authenticationIdentity else {
        return perform(machine.logInRefused(), &output)
      }
      return logIn(credentials.authenticationIdentity, credentials.password)
    case .failure:
      self.mechanism = nil
      return perform(machine.logInRefused(), &output)
    }
  }

  func logIn(_ name: String, _ password: [UInt8]) -> Step<Outcome> {
    let (service, address, isUTF8) = (service, peer.address, machine.isUTF8)
    return .run { _ in
      let answer = await service.directory.logIn(name: name, password: password, service: .pop3, peer: address)
      return .opened(await service.open(answer, isUTF8: isUTF8))
    }
  }

  func logIn(_ name: String, digest: [UInt8]) -> Step<Outcome> {
    let (service, address, isUTF8) = (service, peer.address, machine.isUTF8)
    let timestamp = machine.settings.apopTimestamp ?? ""
    return .run { _ in
      let answer = service.directory.logIn(name: name, digest: digest, timestamp: timestamp, peer: address)
      return .opened(await service.open(answer, isUTF8: isUTF8))
    }
  }

  mutating func finishLogIn(_ opening: Opening, _ output: inout Output) -> Step<Outcome> {
    var facts: Logger.Metadata = ["connection": "\(peer.id)", "peer": "\(peer.address)", "service": "pop3"]
    switch opening {
    case .opened(let opened):
      guard enter(opened.principal) else { return finishLogIn(.refused, &output) }
      open = opened
      maildrop = opened.maildrop
      facts["user"] = "\(opened.principal.name)"
      facts["device"] = "\(opened.principal.device ?? "unknown")"
      service.logger.info("logged in", metadata: facts)
      // RFC 2449 §6.7: the more accurate value. Nothing goes for a flagged device, and while nobody knows the time.
      let removes = opened.maildrop.device?.flaggedAt == nil && !service.store.isTimeInDoubt
      let days = opened.rules.expire(of: opened.principal.deviceKey, removes: removes)
      machine.capabilities.expire = .init(POPRules.retention(days: days), perUser: false)
      if opened.policy.isGroup == true, opened.principal.deviceKey == 0 {
        machine.deletionObstacle = .groupNeedsDevice
      }
      let maildrop = opened.maildrop
      return perform(machine.opened(messageCount: maildrop.count, shown: maildrop.shown), &output)
    case .refused:
      service.logger.info("log-in refused", metadata: facts)
      return perform(machine.logInRefused(), &output)
    case .inUse: return perform(machine.logInRefused(.error(.inUse, .inUse)), &output)
    case .tooSoon: return perform(machine.logInRefused(.error(.tooSoon, .loginDelay)), &output)
    case .noFolder(let name):
      facts["folder"] = "\(name)"
      service.logger.warning("folder for pop missing", metadata: facts)
      return perform(machine.logInRefused(.error(.noFolder, .systemPermanent)), &output)
    case .unavailable(let reason):
      facts["reason"] = "\(reason)"
      service.logger.warning("log-in not possible", metadata: facts)
      return perform(machine.logInRefused(.error(.unavailable, .systemTemporary)), &output)
    }
  }
}

/// A session's maildrop and the rules that hold for it, from log-in to the end.
package struct OpenedMaildrop: Sendable {
  let principal: Principal
  let maildrop: Maildrop
  let rules: POPRules
  let policy: POPPolicy
  /// nil: snapshots, as by default.
  let lock: MaildropLock?
}

extension POP3Service {
  /// A device's log-in is written down at most this often, in seconds.
  private static let noteEvery: Int64 = 6 * 3_600

  func open(_ answer: LogIn, isUTF8: Bool) async -> POP3Session.Opening {
    switch answer {
    case .refused: return .refused
    case .unavailable(let reason): return .unavailable(reason)
    case .accepted(let principal):
      let account = AccountID(raw: principal.account)
      let now = now()
      let rules = directory.snapshot.popRules(of: principal.account, at: now)
      let policy = rules.policy(of: principal.deviceKey)
      let folder = policy.folder ?? "INBOX"
      do throws(StoreFault) {
        let info = try await store.mailbox(named: folder, of: account)
        var lock: MaildropLock?
        if settings.isExclusive {
          lock = maildrops.lock(info.id, of: account)
          if lock == nil { return .inUse }
        }
        // Last of what may refuse: only a log-in that succeeds delays the next.
        let delay = Int64(settings.logInDelay)
        if delay > 0, !maildrops.mayLogIn(account, delay: delay, at: now) { return .tooSoon }
        let mailbox = try await store.open(info.id, of: account, claimRecent: false)
        let opening = try await store.popOpening(
          principal.deviceKey, of: account, taken: policy.onlyNew == true, hidden: policy.isGroup == true)
        if opening.device.map({ now - $0.lastAt >= Self.noteEvery || $0.quietAt != nil }) ?? true {
          store.popNote(principal.deviceKey, of: account)
        }
        let maildrop = Maildrop(mailbox, opening, policy, device: principal.deviceKey, isUTF8: isUTF8)
        return .opened(
          OpenedMaildrop(principal: principal, maildrop: maildrop, rules: rules, policy: policy, lock: lock))
      } catch {
        if error == .noSuchMailbox || error == .notSelectable { return .noFolder(folder) }
        return .unavailable("\(error)")
      }
    }
  }
}
