import Directory
import Logging
import Net
import POP3
import SASL
import Store

// USER and PASS, AUTH: the directory decides, then the maildrop is opened.
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
    let service = service
    let address = peer.address
    return .run { _ in
      switch await service.directory.logIn(name: name, password: password, service: .pop3, peer: address) {
      case .refused: return .opened(.refused)
      case .unavailable(let reason): return .opened(.unavailable(reason))
      case .accepted(let principal):
        do throws(StoreFault) {
          let account = AccountID(raw: principal.account)
          let inbox = try await service.store.mailbox(named: "INBOX", of: account)
          let mailbox = try await service.store.open(inbox.id, of: account, claimRecent: false)
          return .opened(.opened(mailbox, name: principal.name))
        } catch {
          return .opened(.unavailable("\(error)"))
        }
      }
    }
  }

  mutating func finishLogIn(_ opening: Opening, _ output: inout Output) -> Step<Outcome> {
    var facts: Logger.Metadata = ["connection": "\(peer.id)", "peer": "\(peer.address)", "service": "pop3"]
    switch opening {
    case .opened(let mailbox, let name):
      let maildrop = Maildrop(mailbox)
      self.maildrop = maildrop
      userName = name
      facts["user"] = "\(name)"
      service.logger.info("logged in", metadata: facts)
      return perform(machine.opened(messageCount: maildrop.table.count), &output)
    case .refused:
      service.logger.info("log-in refused", metadata: facts)
      return perform(machine.logInRefused(), &output)
    case .unavailable(let reason):
      facts["reason"] = "\(reason)"
      service.logger.warning("log-in not possible", metadata: facts)
      return perform(machine.logInRefused(.error(.unavailable, .systemTemporary)), &output)
    }
  }
}
