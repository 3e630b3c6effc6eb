package import Directory
import Logging
import Mail
package import Net
package import Postroom
import SASL
package import SMTP
package import Store

/// One SMTP connection: feeds the machine, answers its questions from the directory, and takes messages in.
package struct SMTPSession: Session {
  /// What a `run` came back with.
  package enum Outcome: Sendable {
    /// What the directory said of the log-in as that name.
    case loggedIn(LogIn, name: String)
    /// What was in memory of the message is in its file.
    case spooled(StoreFault?)
    case filed(Filing.Result)
    /// What the DNS says about the client.
    case client(ClientEvidence)
    /// The question may be answered now.
    case waited(ServerQuestion)
    /// The message as it is must not be filed.
    case refused(Refusal)
  }

  let service: SMTPService
  let peer: Peer
  private let waker: Waker
  var machine: ServerMachine
  var tls: TLSSummary?
  var principal: Principal?
  /// Says when what the client logged in with was taken away.
  private(set) var entry: OpenSession?
  var mechanism: (any SASLServer)?
  var intake: Intake?
  /// What the DNS says about the peer.
  var client = ClientEvidence()
  /// The replies that the client may not have read.
  private var unread = UnreadReplies()
  /// The policy's refusal under way was logged with its reason.
  var isRefusalLogged = false
  /// The server is going down: this session ends as soon as no message is under way.
  private var isLeaving = false

  init(_ service: SMTPService, _ peer: Peer, _ waker: Waker) {
    self.service = service
    self.peer = peer
    self.waker = waker
    tls = peer.tls
    machine = ServerMachine(
      settings: service.settings.machineSettings(isLoopback: peer.isLoopback), isTLS: peer.tls != nil)
  }

  package var isTrusted: Bool { principal != nil }

  package var patience: Duration {
    // RFC 5321 §4.5.3.2.6: ten minutes after the end of a message; data blocks have three, commands five.
    .seconds(service.settings.patience)
  }

  package mutating func opened(_ output: inout Output) -> Step<Outcome> {
    output.write(machine.greeting)
    return lookAtClient()
  }

  package mutating func advance(
    _ event: Event<Outcome>, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    let before = input.count
    unread.sawInput(before)
    defer { unread.consumed(before - input.count) }
    switch event {
    case .input: return leaveIfRevoked(&input, &output) ?? takeInput(&input, &output)
    case .outcome(let outcome): return takeOutcome(outcome, &input, &output)
    case .secured(let summary):
      tls = summary
      leaveDirectory()
      principal = nil
      dropMessage(&input)
      machine.secured()
      return .wait
    case .wake: return leaveIfRevoked(&input, &output) ?? .wait
    case .deadline: return perform(machine.close(.timedOut(service.settings.hostName)), &input, &output)
    case .quiesce:
      isLeaving = true
      return leaveIfIdle(&input, &output) ?? .wait
    }
  }

  /// Enters the session with the directory; false when its password was taken away since it was checked.
  mutating func enter(_ principal: Principal) -> Bool {
    let waker = waker
    entry = service.directory.enter(principal, .smtp) { waker.wake() }
    return entry != nil
  }

  private mutating func leaveDirectory() {
    if let entry { service.directory.leave(entry) }
    entry = nil
  }

  var isRevoked: Bool { entry?.isOver(at: service.now()) == true }

  /// What the client logged in with was taken away: 421 as soon as it can be said. Amid a message that is its end, or that of a chunk.
  private mutating func leaveIfRevoked(_ input: inout Input, _ output: inout Output) -> Step<Outcome>? {
    guard isRevoked, !isAmidMessage else { return nil }
    dropMessage(&input)
    return perform(machine.close(.authenticationRevoked(service.settings.hostName)), &input, &output)
  }

  /// Octets of a message, not commands, are what comes next.
  private var isAmidMessage: Bool {
    guard let intake else { return false }
    if case .chunks = intake.reader { return intake.chunk != nil }
    return true
  }

  /// A message under way may come to its end; then, or at once, the client is sent away (RFC 5321 §3.8).
  mutating func leaveIfIdle(_ input: inout Input, _ output: inout Output) -> Step<Outcome>? {
    guard isLeaving, intake == nil else { return nil }
    return perform(machine.close(.serviceUnavailable(service.settings.hostName)), &input, &output)
  }

  package mutating func closed() {
    intake?.spool.discard()
    leaveDirectory()
    // RFC 1047: the client did not see the 250 and will send the message again.
    for result in unread.lost { service.filing.replyWasLost(result) }
  }

  /// Forgets the message under way, if there is one.
  mutating func dropMessage(_ input: inout Input) {
    intake?.spool.discard()
    intake = nil
    input.isBodyStreaming = false
  }

  private mutating func takeInput(_ input: inout Input, _ output: inout Output) -> Step<Outcome> {
    if intake != nil { return readMessage(&input, &output) }
    var consumed = 0
    let step = input.withUnsafeBytes { machine.advance($0, consumed: &consumed) }
    input.consume(consumed)
    input.isBodyStreaming = machine.isSkipping
    return perform(step, &input, &output)
  }

  /// Does what the machine says.
  mutating func perform(_ step: ServerStep, _ input: inout Input, _ output: inout Output) -> Step<Outcome> {
    switch step {
    case .wait: return .wait
    case .reply(let reply):
      if reply.code >= 400 { noteFault(reply) }
      write(reply, &output)
      return .proceed
    case .replies(let replies):
      for reply in replies { write(reply, &output) }
      return .proceed
    case .ask(let question): return tarpit(question) ?? perform(answer(question), &input, &output)
    case .readMessage(let reply):
      write(reply, &output)
      begin(.dots(DotReader(limit: machine.settings.limits.messageSize)), &input)
      return .proceed
    case .readChunk(let chunk): return beginChunk(chunk, &input, &output)
    case .authenticate(let name, let response): return beginLogIn(name, response, &input, &output)
    case .authenticationResponse(let response): return continueLogIn(response, &input, &output)
    case .authenticationAborted(let reply):
      noteFault(reply)
      mechanism = nil
      write(reply, &output)
      return .proceed
    case .startTLS(let reply):
      write(reply, &output)
      return .startTLS
    case .close(let reply):
      if let reply {
        if reply.code >= 400 { logEnd(reply) }
        write(reply, &output)
      }
      return .close
    }
  }

  private mutating func takeOutcome(
    _ outcome: Outcome, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    switch outcome {
    case .loggedIn(let answer, let name): return finishLogIn(answer, name, &input, &output)
    case .spooled(let fault):
      intake?.fault = fault
      return readMessage(&input, &output)
    case .client(let evidence): return finishLook(evidence)
    case .waited(let question): return perform(answer(question), &input, &output)
    case .filed(let result):
      if result.isAccepted { noteAccepted() }
      let letter = intake?.letter ?? ""
      intake = nil
      unread.add(result, waiting: input.count)
      return end(finish(result, letter), &input, &output)
    case .refused(let refusal):
      log("message refused", refusal)
      isRefusalLogged = true
      intake = nil
      return end(machine.finishMessage(refusal.reply), &input, &output)
    }
  }

  /// Answers a message, and leaves if it is time to.
  mutating func end(_ step: ServerStep, _ input: inout Input, _ output: inout Output) -> Step<Outcome> {
    let next = perform(step, &input, &output)
    // A refused message was answered with 421 already.
    if case .close = next { return next }
    return leaveIfRevoked(&input, &output) ?? leaveIfIdle(&input, &output) ?? next
  }

  private func write(_ reply: SMTPReply, _ output: inout Output) {
    output.write(reply)
  }

  private mutating func noteFault(_ reply: SMTPReply) {
    if !isRefusalLogged { logFault(reply) }
    isRefusalLogged = false
  }
}

extension Output {
  mutating func write(_ reply: SMTPReply) { write(reply.bytes) }
}
