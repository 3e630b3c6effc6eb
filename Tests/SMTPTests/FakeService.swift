import Mail
import SMTP

/// A service that drives the machine as SMTPServer does, with policy from a transcript's settings.
struct FakeService {
  var machine: ServerMachine
  var output: [UInt8] = []
  var input: [UInt8] = []
  var isClosed = false
  /// The last message handed out.
  var message: [UInt8] = []
  var findings = MessageFindings()
  /// By address: the reply to RCPT or, in LMTP, after the message.
  var refusals: [String: SMTPReply] = [:]
  var fates: [String: SMTPReply] = [:]
  var lookups: [String: SMTPReply] = [:]
  var messageReply: SMTPReply = .messageAccepted
  /// By mechanism: the challenges it sends.
  var challenges: [String: [String]] = ["PLAIN": [""], "LOGIN": ["Username:", "Password:"]]
  /// The responses that are right, joined by "|".
  var secret = ""

  private enum Reading {
    case none
    case dots(DotReader)
    case chunk(ChunkReader, isLast: Bool)
  }
  private var reading = Reading.none
  private var openChallenges: [String] = []
  private var responses: [String] = []

  init(_ settings: ServerSettings, isTLS: Bool) {
    machine = ServerMachine(settings: settings, isTLS: isTLS)
    machine.greeting.write(into: &output)
  }

  mutating func receive(_ bytes: [UInt8]) {
    input += bytes
    while !isClosed {
      if readMessage() { continue }
      var consumed = 0
      let held = input
      let step = machine.advance(held.span, consumed: &consumed)
      input.removeFirst(consumed)
      if step == .wait { return }
      perform(step)
    }
  }

  private mutating func perform(_ step: ServerStep) {
    switch step {
    case .wait: break
    case .reply(let reply), .authenticationAborted(let reply): reply.write(into: &output)
    case .replies(let replies): for reply in replies { reply.write(into: &output) }
    case .ask(let question): perform(answer(question))
    case .readMessage(let reply):
      reply.write(into: &output)
      message = []
      reading = .dots(DotReader(limit: machine.settings.limits.messageSize))
    case .readChunk(let chunk):
      var reader = ChunkReader(isBinary: machine.transaction?.isBinary ?? false)
      if case .chunk(let old, _) = reading { reader = old }
      if chunk.isFirst {
        message = []
        reader = ChunkReader(isBinary: machine.transaction?.isBinary ?? false)
      }
      reader.begin(chunk.size)
      reading = .chunk(reader, isLast: chunk.isLast)
      isChunkOpen = true
    case .authenticate(let mechanism, let response):
      openChallenges = challenges[mechanism] ?? []
      responses = []
      if let response {
        if !openChallenges.isEmpty { openChallenges.removeFirst() }
        respond(response)
      } else {
        challengeNext()
      }
    case .authenticationResponse(let response): respond(response)
    case .startTLS(let reply):
      reply.write(into: &output)
      machine.secured()
    case .close(let reply):
      reply?.write(into: &output)
      isClosed = true
    }
  }

  private func answer(_ question: ServerQuestion) -> Answer {
    switch question {
    case .hello, .sender, .message: .accept(nil)
    case .recipient(let recipient):
      refusals[recipient.forwardPath.description].map(Answer.refuse) ?? .accept(nil)
    case .verify(let lookup), .expand(let lookup):
      lookups[lookup.name].map { $0.isPositive ? .accept($0) : .refuse($0) } ?? .accept(nil)
    }
  }

  private enum Answer {
    case accept(SMTPReply?)
    case refuse(SMTPReply)
  }

  private mutating func perform(_ answer: Answer) {
    switch answer {
    case .accept(let reply): perform(machine.accept(reply))
    case .refuse(let reply): perform(machine.refuse(reply))
    }
  }

  // MARK: Message

  private var isChunkOpen = false

  /// Feeds the reader; true when a message or chunk ended.
  private mutating func readMessage() -> Bool {
    switch reading {
    case .none: return false
    case .dots(var reader):
      guard !input.isEmpty else { return false }
      var piece: [UInt8] = []
      let taken = reader.read(input) { piece += $0 }
      input.removeFirst(taken)
      message += piece
      findings = reader.findings
      reading = reader.isEnded ? .none : .dots(reader)
      guard reader.isEnded else { return false }
      finishMessage()
      return true
    case .chunk(var reader, let isLast):
      guard isChunkOpen else { return false }
      var piece: [UInt8] = []
      let taken = reader.read(input) { piece += $0 }
      input.removeFirst(taken)
      let isEnded = reader.isChunkEnded
      if isEnded && isLast { reader.finish { piece += $0 } }
      message += piece
      findings = reader.findings
      reading = .chunk(reader, isLast: isLast)
      guard isEnded else { return false }
      isChunkOpen = false
      if isLast {
        reading = .none
        finishMessage()
      } else {
        perform(machine.finishChunk())
      }
      return true
    }
  }

  private mutating func finishMessage() {
    if machine.settings.role == .lmtp {
      let recipients = machine.transaction?.recipients ?? []
      perform(
        machine.finishMessage(perRecipient: recipients.map { fates[$0.forwardPath.description] ?? .messageAccepted }))
    } else {
      perform(machine.finishMessage(messageReply))
    }
  }

  // MARK: Authentication

  private mutating func respond(_ response: [UInt8]) {
    responses.append(String(decoding: Base64.encode(response), as: UTF8.self))
    challengeNext()
  }

  private mutating func challengeNext() {
    if !openChallenges.isEmpty {
      perform(machine.challenge(Array(openChallenges.removeFirst().utf8)))
    } else if responses.joined(separator: "|") == secret {
      perform(machine.authenticated())
    } else {
      perform(machine.authenticationRefused())
    }
  }
}
