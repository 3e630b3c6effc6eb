import Directory
import Logging
package import Net
import POP3
import SASL
package import Store

/// One POP3 connection: feeds the machine and serves a snapshot of the maildrop.
package struct POP3Session: Session {
  /// What a `run` came back with.
  package enum Outcome: Sendable {
    case opened(Opening)
    /// Messages read ahead for RETR.
    case fetched(from: Int, [[UInt8]])
    /// The top of a message was sent, or a message could not be read.
    case sent(StoreFault?)
    /// A long message was sent whole, piece by piece.
    case retrieved(Int)
    /// A reply was begun that cannot be ended.
    case broken
    case updated(Result<POPRemoval, StoreFault>)
    /// The client was gone, or what it logged in with was taken away, before QUIT could be carried out.
    case abandoned
  }

  /// How a log-in ended.
  package enum Opening: Sendable {
    case opened(OpenedMaildrop)
    case refused
    /// Another session has the maildrop alone (RFC 2449 §8.1.2).
    case inUse
    case tooSoon
    case noFolder(String)
    case unavailable(String)
  }

  let service: POP3Service
  let peer: Peer
  private let waker: Waker
  var machine: ServerMachine
  var mechanism: (any SASLServer)?
  var maildrop: Maildrop?
  var open: OpenedMaildrop?
  /// Says when what the client logged in with was taken away.
  private(set) var entry: OpenSession?
  /// Items that RETR has sent whole in this session.
  var taken: Set<Int64> = []
  /// Octets of these as stored.
  var takenBytes = 0
  var ahead = ReadAhead()
  var hasNotedListing = false

  init(_ service: POP3Service, _ peer: Peer, _ waker: Waker) {
    self.service = service
    self.peer = peer
    self.waker = waker
    machine = ServerMachine(
      settings: service.machineSettings(isLoopback: peer.isLoopback), isTLS: peer.tls != nil)
  }

  package var isTrusted: Bool { maildrop != nil }

  package var patience: Duration {
    // The same before log-in: RFC 1939 §3 makes no exception. Strangers are met by the network's limits.
    .seconds(service.settings.patience)
  }

  package mutating func opened(_ output: inout Output) -> Step<Outcome> {
    write(machine.greeting, &output)
    return .wait
  }

  package mutating func advance(
    _ event: Event<Outcome>, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    if isRevoked { return sendAway(event, &output) }
    switch event {
    case .input:
      var consumed = 0
      let step = input.withUnsafeBytes { machine.advance($0, consumed: &consumed) }
      input.consume(consumed)
      return perform(step, &output)
    case .outcome(let outcome): return takeOutcome(outcome, &output)
    case .secured:
      machine.secured()
      return .wait
    case .wake: return .wait
    // RFC 1939 §3: the autologout closes without the UPDATE state and without a response.
    case .deadline: return perform(machine.close(nil), &output)
    case .quiesce: return perform(machine.close(.error(.shuttingDown, .systemTemporary)), &output)
    }
  }

  package mutating func closed() {
    maildrop = nil
    open = nil
    if let entry { service.directory.leave(entry) }
    entry = nil
  }

  /// Enters the session with the directory; false when its password was taken away since it was checked.
  mutating func enter(_ principal: Principal) -> Bool {
    let waker = waker
    entry = service.directory.enter(principal, .pop3) { waker.interrupt() }
    return entry != nil
  }

  private var isRevoked: Bool { entry?.isOver(at: service.now()) == true }

  /// What the client logged in with was taken away. Without a word, as at the autologout (RFC 1939 §3: no UPDATE state), where there is no
  /// command that it could answer; RFC 3206 §5 keeps [AUTH] for log-ins.
  private mutating func sendAway(_ event: Event<Outcome>, _ output: inout Output) -> Step<Outcome> {
    switch event {
    case .input: return perform(machine.close(.error(.revoked)), &output)
    // QUIT was first.
    case .outcome(.updated(let result)): return finishUpdate(result, &output)
    default: return perform(machine.close(nil), &output)
    }
  }

  /// Does what the machine says.
  mutating func perform(_ step: ServerStep, _ output: inout Output) -> Step<Outcome> {
    switch step {
    case .wait: return .wait
    case .reply(let reply):
      write(reply, &output)
      return .proceed
    case .list(let reply, let lines):
      write(reply, &output)
      for line in lines { output.write(line + "\r\n") }
      output.write(".\r\n")
      return .proceed
    case .logIn(let name, let password): return logIn(name, password)
    case .logInByDigest(let name, let digest): return logIn(name, digest: digest)
    case .authenticate(let name, let response): return beginLogIn(name, response, &output)
    case .authenticationResponse(let response): return continueLogIn(response, &output)
    case .authenticationAborted(let reply):
      mechanism = nil
      write(reply, &output)
      return .proceed
    case .startTLS(let reply):
      write(reply, &output)
      return .startTLS
    case .update: return update(&output)
    case .close(let reply):
      if let reply { write(reply, &output) }
      return .close
    case .stat, .scanAll, .scan, .uniqueIDs, .uniqueID: return list(step, &output)
    case .retrieve(let index): return retrieve(index, &output)
    case .top(let index, let lines): return top(index, lines)
    }
  }

  private mutating func takeOutcome(_ outcome: Outcome, _ output: inout Output) -> Step<Outcome> {
    switch outcome {
    case .opened(let opening): return finishLogIn(opening, &output)
    case .fetched(let index, let messages):
      ahead = ReadAhead(from: index, messages)
      return sendAhead(index, &output)
    case .sent(let fault):
      if let fault { refuse(fault, &output) }
      machine.sent()
      return .proceed
    case .retrieved(let index):
      wasSent(index)
      return .proceed
    case .broken, .abandoned: return .close
    case .updated(let result): return finishUpdate(result, &output)
    }
  }

  /// A message of the snapshot cannot be sent.
  func refuse(_ fault: StoreFault, _ output: inout Output) {
    // Another session removed it: trying again is of no use, so no [SYS/TEMP].
    if fault == .noSuchMessage { return write(.error(.messageGone), &output) }
    service.logger.error(
      "message not read", metadata: ["user": "\(open?.principal.name ?? "")", "reason": "\(fault)", "service": "pop3"])
    // RFC 3206 §4: what is damaged does not mend itself.
    if case .damaged = fault { return write(.error(.messageDamaged, .systemPermanent), &output) }
    write(.error(.unavailable, .systemTemporary), &output)
  }

  func write(_ reply: POP3Reply, _ output: inout Output) {
    var bytes: [UInt8] = []
    reply.write(into: &bytes, language: machine.language)
    output.write(bytes)
  }
}
