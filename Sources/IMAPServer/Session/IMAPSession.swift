package import Directory
import IMAP
import Logging
package import Net
import SASL
package import Store

/// One IMAP connection: frames commands, answers what needs no waiting, and runs the rest as functions.
///
/// Invariants
/// 1. One command at a time, in order; its tagged response is written after its untagged ones and after the view's update.
/// 2. Only this struct touches framer and view; a command works on a `CommandContext` of values.
/// 3. When what the client logged in with is taken away, no command is begun, nothing is told and nothing more is read any more.
/// 4. Nothing but the greeting, CAPABILITY, NOOP, LOGOUT, ID, STARTTLS and log-in is done before a log-in.
package struct IMAPSession: Session {
  /// What a `run` came back with.
  package enum Outcome: Sendable {
    /// One command, or several STOREs that were done together, in order.
    case finished([FinishedCommand])
    case logIn(tag: String, LogIn)
    /// The mailbox of an APPEND was looked up.
    case appendTarget(Result<NamedMailbox, StoreFault>)
    case spooled(StoreFault?)
    /// What NOTIFY had to tell is written.
    case notified(Notified)
  }

  /// How telling the news ended.
  package enum Notified: Sendable {
    case done
    /// Nobody heard it.
    case gone
    /// A response broke off in the middle of a literal.
    case broken
  }

  let service: IMAPService
  let peer: Peer
  let waker: Waker
  var framer: CommandFramer
  var tls: TLSSummary?
  var principal: Principal?
  /// Says when what the client logged in with was taken away.
  var entry: OpenSession?
  var modes = Modes()
  var view: MailboxView?
  /// RFC 5182: the UIDs that `$` stands for.
  var savedResult = NumberSet()
  /// The tag of the IDLE under way.
  var idleTag: String?
  var logIn: LogInState?
  var append: AppendState?
  var errors = 0
  var logInFailures = 0
  /// The client's last command used UIDs: unsolicited FETCH responses then carry them too.
  var speaksUID = false
  var isQuiescing = false
  /// What ID told of the client's program, for the table of quirks.
  var client = ClientQuirks.none
  var isCompressed = false
  /// What NOTIFY asked for; nil before its first use (RFC 5465 §3.1).
  var notifications: Notifications?
  /// Events of the account, while NOTIFY or ENABLE METADATA wants them.
  var feed: AccountFeed?
  /// What this client did itself since the feed was last read.
  var ownEvents: [AccountEvent] = []

  init(_ service: IMAPService, _ peer: Peer, _ waker: Waker) {
    self.service = service
    self.peer = peer
    self.waker = waker
    tls = peer.tls
    framer = CommandFramer(options: ParserOptions(limits: Self.limitsBeforeLogIn))
  }

  static var limitsBeforeLogIn: IMAP.Limits {
    var limits = Limits.beforeLogIn
    limits.message = 0
    return limits
  }

  package var isTrusted: Bool { principal != nil }

  package var patience: Duration {
    if idleTag != nil { return .seconds(service.settings.idleHeartbeat) }
    return .seconds(principal == nil ? service.settings.patienceBeforeLogIn : service.settings.patience)
  }

  package mutating func opened(_ output: inout Output) -> Step<Outcome> {
    write(&output) { $0.status(.ok, .capability(capabilities), "\(service.settings.hostName) Barid ready") }
    return .wait
  }

  package mutating func advance(
    _ event: Event<Outcome>, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    if isRevoked { return sendAway(event, &output) }
    switch event {
    case .input: return takeInput(&input, &output)
    case .outcome(let outcome): return takeOutcome(outcome, &input, &output)
    case .secured(let summary):
      tls = summary
      return .wait
    case .wake:
      return takeWake(&output)
    case .deadline: return takeDeadline(&output)
    case .quiesce:
      isQuiescing = true
      guard framer.isBetweenCommands, append == nil else { return .wait }
      return bye("The server is going down, please connect again soon", &output)
    }
  }

  package mutating func closed() {
    append?.discard()
    view = nil
    feed = nil
    leave()
  }

  /// What the client logged in with was taken away: it is sent away, unless half a response is on the wire.
  private mutating func sendAway(_ event: Event<Outcome>, _ output: inout Output) -> Step<Outcome> {
    switch event {
    case .outcome(.finished(let commands)) where commands.contains(where: \.isBroken): return .close
    case .outcome(.notified(.broken)): return .close
    default: return bye("You are no longer logged in: your password was changed or removed", &output)
    }
  }

  private mutating func takeDeadline(_ output: inout Output) -> Step<Outcome> {
    guard idleTag != nil else { return bye("Logged out after a long silence", &output) }
    // An untagged OK keeps the connection alive in every NAT on the way.
    write(&output) { $0.status(.ok, nil, "Still here") }
    return .wait
  }

  mutating func bye(_ text: String, _ output: inout Output) -> Step<Outcome> {
    write(&output) { $0.status(.bye, nil, text) }
    return .close
  }

  /// Reads one frame and does what it says.
  private mutating func takeInput(_ input: inout Input, _ output: inout Output) -> Step<Outcome> {
    let frame = input.withUnsafeBytes { bytes -> CommandFramer.Frame in
      let frame = framer.next(bytes)
      if case .messageData(let range, _) = frame.event {
        append?.take(UnsafeRawBufferPointer(rebasing: bytes[range]))
      }
      return frame
    }
    input.consume(frame.consumed)
    switch frame.event {
    case .needMore: return .wait
    case .command(let bytes): return takeCommand(bytes, &input, &output)
    case .line(let line): return takeLine(line, &output)
    case .continuation:
      write(&output) { $0.continuation() }
      return .proceed
    case .message(let start): return takeAppendStart(start, &input, &output)
    case .messageData(_, let isLast): return takeMessageData(isLast: isLast, &input)
    case .appendEnd(let start): return endAppend(start)
    case .refused(let refusal):
      append?.discard()
      append = nil
      input.isBodyStreaming = false
      write(&output) { $0.refusal(refusal) }
      return refusal.closes ? .close : countError(&output)
    }
  }

  private mutating func takeCommand(
    _ bytes: [UInt8], _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    if isQuiescing { return bye("The server is going down, please connect again soon", &output) }
    // People at a terminal press return twice.
    if bytes.isEmpty { return .proceed }
    do throws(CommandError) {
      let command = try TaggedCommand.parse(bytes, framer.options)
      if let stores = storesTogether(command, &input) { return run(together: stores) }
      return dispatch(command, &output)
    } catch {
      // RFC 5182 §2.1: a SEARCH with SAVE that fails with NO empties `$`; an unknown charset is seen while reading.
      if case .badCharset = error.code { savedResult = NumberSet() }
      write(&output) { $0.error(error) }
      return countError(&output)
    }
  }

  private mutating func takeLine(_ line: [UInt8], _ output: inout Output) -> Step<Outcome> {
    if logIn != nil { return continueLogIn(line, &output) }
    guard let tag = idleTag else { return .proceed }
    framer.isLineMode = false
    idleTag = nil
    guard line.elementsEqual("DONE".utf8, by: { $0 & 0xDF == $1 }) else {
      // RFC 2177: nothing else may be sent in IDLE.
      write(&output) { $0.status(.bad, tag: tag, nil, "Expected DONE") }
      return countError(&output)
    }
    return answer(tag, .ok("Idle completed"), &output)
  }

  /// A client that makes nothing but mistakes is sent away.
  mutating func countError(_ output: inout Output) -> Step<Outcome> {
    errors += 1
    return errors > service.settings.errors ? bye("Too many errors", &output) : .proceed
  }

  private mutating func takeOutcome(
    _ outcome: Outcome, _ input: inout Input, _ output: inout Output
  ) -> Step<Outcome> {
    switch outcome {
    case .finished(let commands): return finish(commands, &output)
    case .logIn(let tag, let answer): return finishLogIn(tag, answer, &output)
    case .appendTarget(let target): return takeAppendTarget(target, &input, &output)
    case .notified(.done): return .proceed
    case .notified(.gone): return leaveLost(&output)
    case .notified(.broken): return .close
    case .spooled(let fault):
      if let fault { append?.fault = fault }
      return .proceed
    }
  }

  // MARK: Writing

  func write(_ output: inout Output, _ body: (inout ResponseWriter) -> Void) {
    var responses = ResponseWriter(usesUTF8: modes.usesUTF8)
    body(&responses)
    output.write(responses.bytes)
  }
}
