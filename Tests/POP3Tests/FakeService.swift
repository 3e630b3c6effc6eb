import Mail
import POP3

/// A service that drives the machine as POP3Server does, over a maildrop in memory.
struct FakeService {
  var machine: ServerMachine
  var output: [UInt8] = []
  var input: [UInt8] = []
  var isClosed = false
  var messages: [[UInt8]] = []
  var ids: [String] = []
  /// Name and password that are right.
  var name = ""
  var password = ""
  /// Instead of opening the maildrop.
  var refusal: POP3Reply?
  /// What was removed at QUIT, numbers from 1.
  var removed: [Int]?
  var challenges: [String: [String]] = ["PLAIN": [""]]
  var secret = ""
  private var openChallenges: [String] = []
  private var responses: [String] = []

  init(_ settings: ServerSettings, isTLS: Bool) {
    machine = ServerMachine(settings: settings, isTLS: isTLS)
    machine.greeting.write(into: &output)
  }

  mutating func receive(_ bytes: [UInt8]) {
    input += bytes
    while !isClosed {
      var consumed = 0
      let held = input
      let step = machine.advance(held.span, consumed: &consumed)
      input.removeFirst(consumed)
      if step == .wait { return }
      perform(step)
    }
  }

  private mutating func perform(_ step: ServerStep) {
    let language = machine.language
    switch step {
    case .wait: break
    case .reply(let reply), .authenticationAborted(let reply): reply.write(into: &output, language: language)
    case .list(let reply, let lines):
      reply.write(into: &output, language: language)
      for line in lines { output += Array(line.utf8) + [13, 10] }
      ListingWriter.end(into: &output)
    case .logIn(let name, let password):
      logIn(name == self.name && password == Array(self.password.utf8))
    case .logInByDigest(let name, let digest):
      logIn(name == self.name && digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == secret)
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
      reply.write(into: &output, language: language)
      machine.secured()
    case .stat:
      let kept = messages.indices.filter { !machine.deleted.contains($0) }
      POP3Reply.stat(count: kept.count, octets: kept.reduce(0) { $0 + size($1) }).write(into: &output)
    case .scan(let index): POP3Reply.ok("\(index + 1) \(size(index))").write(into: &output)
    case .uniqueID(let index): POP3Reply.ok("\(index + 1) \(ids[index])").write(into: &output)
    case .scanAll, .uniqueIDs: listAll(step)
    case .retrieve(let index): send(index, lines: nil)
    case .top(let index, let lines): send(index, lines: lines)
    case .update:
      removed = machine.deleted.indices.map { $0 + 1 }
      perform(machine.updated())
    case .close(let reply):
      reply?.write(into: &output, language: language)
      isClosed = true
    }
  }

  private func size(_ index: Int) -> Int { messages[index].withUnsafeBytes { DotWriter.size(of: $0) } }

  private mutating func listAll(_ step: ServerStep) {
    POP3Reply.ok(.listing).write(into: &output, language: machine.language)
    for index in messages.indices where !machine.deleted.contains(index) {
      if step == .scanAll {
        ListingWriter.line(index + 1, size(index), into: &output)
      } else {
        ListingWriter.line(index + 1, id: Array(ids[index].utf8), into: &output)
      }
    }
    ListingWriter.end(into: &output)
  }

  private mutating func send(_ index: Int, lines: Int?) {
    POP3Reply.ok(.messageFollows).write(into: &output, language: machine.language)
    var writer = DotWriter()
    var cutter = lines.map { TopCutter(lines: $0) }
    // In pieces, as a store would give them.
    var at = 0
    while at < messages[index].count, cutter?.isDone != true {
      let piece = Array(messages[index][at..<min(at + 5, messages[index].count)])
      let wanted = piece.withUnsafeBytes { cutter?.take($0) ?? $0.count }
      writer.write(Array(piece[..<wanted])) { output += $0 }
      at += piece.count
    }
    writer.finish { output += $0 }
    machine.sent()
  }

  // MARK: Log-in

  private mutating func logIn(_ isRight: Bool) {
    if !isRight {
      perform(machine.logInRefused())
    } else if let refusal {
      perform(machine.logInRefused(refusal))
    } else {
      perform(machine.opened(messageCount: messages.count))
    }
  }

  private mutating func respond(_ response: [UInt8]) {
    responses.append(String(decoding: Base64.encode(response), as: UTF8.self))
    challengeNext()
  }

  private mutating func challengeNext() {
    if openChallenges.isEmpty {
      logIn(responses.joined(separator: "|") == secret)
    } else {
      output += machine.challenge(Array(openChallenges.removeFirst().utf8))
    }
  }
}
