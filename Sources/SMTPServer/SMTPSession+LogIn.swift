import Directory
import Logging
import Net
import SASL
import SMTP

// AUTH (RFC 4954): the mechanism runs here, the directory decides.
extension SMTPSession {
  mutating func beginLogIn(
    _ name: String, _ response: [UInt8]?, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    mechanism =
      switch name {
      case "PLAIN": PlainServer()
      case "SCRAM-SHA-256": service.directory.scramServer()
      default: LoginServer()
      }
    return continueLogIn(response, &input, &output)
  }

  mutating func continueLogIn(
    _ response: [UInt8]?, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    guard var mechanism else {
      return perform(machine.authenticationRefused(.authenticationUnavailable), &input, &output)
    }
    let step = mechanism.respond(to: response)
    self.mechanism = mechanism
    switch step {
    case .challenge(let challenge): return perform(machine.challenge(challenge), &input, &output)
    case .credentials(let credentials):
      self.mechanism = nil
      // RFC 4616 §2: acting for somebody else is not offered.
      let acts = credentials.authorizationIdentity
      guard acts.isEmpty || acts == credentials.authenticationIdentity else {
        return perform(machine.authenticationRefused(.badCredentials), &input, &output)
      }
      return check(credentials)
    case .failure:
      self.mechanism = nil
      return perform(machine.authenticationRefused(.badBase64), &input, &output)
    }
  }

  private func check(_ credentials: Credentials) -> Step<Outcome> {
    let directory = service.directory
    let address = peer.address
    let name = credentials.authenticationIdentity
    let settings = service.settings
    return .run { _ in
      let answer = await directory.logIn(
        name: name, password: credentials.password, service: .smtp, peer: address)
      // What it has sent today is in memory from here on, where it is counted.
      if case .accepted(let principal) = answer, settings.limits(of: principal, in: directory).areSet {
        await directory.loadSending(principal.account)
      }
      return .loggedIn(answer, name: name)
    }
  }

  mutating func finishLogIn(
    _ answer: LogIn, _ name: String, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    var facts: Logger.Metadata = ["connection": "\(peer.id)", "peer": "\(peer.address)", "service": "smtp"]
    switch answer {
    case .accepted(let principal):
      guard enter(principal) else { return finishLogIn(.refused, name, &input, &output) }
      self.principal = principal
      facts["user"] = "\(principal.name)"
      service.logger.info("logged in", metadata: facts)
      return perform(machine.authenticated(), &input, &output)
    case .refused:
      facts["user"] = "\(name.prefix(100))"
      service.logger.info("log-in refused", metadata: facts)
      isRefusalLogged = true
      return perform(machine.authenticationRefused(), &input, &output)
    case .unavailable(let reason):
      facts["reason"] = "\(reason)"
      service.logger.warning("log-in not possible", metadata: facts)
      isRefusalLogged = true
      return perform(machine.authenticationRefused(.authenticationUnavailable), &input, &output)
    }
  }
}
