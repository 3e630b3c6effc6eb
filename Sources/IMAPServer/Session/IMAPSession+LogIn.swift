import Directory
import IMAP
import Logging
import Mail
import Net
import SASL
import Store

/// An AUTHENTICATE under way.
struct LogInState {
  let tag: String
  var mechanism: any SASLServer
}

// Before and around the log-in: capabilities, STARTTLS, LOGIN, AUTHENTICATE, ENABLE, ID.
extension IMAPSession {
  /// Passwords may travel: under TLS, or on loopback where a demo or test bed allows it.
  private var mayLogIn: Bool { tls != nil || (peer.isLoopback && service.settings.allowsPlaintextLogIn) }

  /// What this connection offers now (RFC 9051 §7.2.2): only what is complete.
  var capabilities: [String] {
    // RFC 7888 §5: LITERAL+ or LITERAL-, never both.
    let literal = service.settings.literalPlus ? "LITERAL+" : "LITERAL-"
    var names = ["IMAP4rev1", "IMAP4rev2", "SASL-IR", literal, "ENABLE", "ID", "IDLE"]
    if principal == nil {
      if tls == nil, service.settings.offersStartTLS { names.append("STARTTLS") }
      if mayLogIn, service.settings.offersScram { names.append("AUTH=SCRAM-SHA-256") }
      names.append(mayLogIn ? "AUTH=PLAIN" : "LOGINDISABLED")
      return names
    }
    names += [
      "NAMESPACE", "CHILDREN", "UNSELECT", "UIDPLUS", "MOVE", "SPECIAL-USE", "CREATE-SPECIAL-USE", "LIST-EXTENDED",
      "LIST-STATUS", "LIST-METADATA", "STATUS=SIZE", "CONDSTORE", "QRESYNC", "ESEARCH", "SEARCHRES", "WITHIN",
      "PARTIAL", "MULTIAPPEND",
      "BINARY", "PREVIEW", "SAVEDATE", "OBJECTID", "QUOTA", "QUOTA=RES-STORAGE", "QUOTA=RES-MESSAGE", "QUOTASET",
      "APPENDLIMIT=\(service.settings.limits.message)", "UTF8=ACCEPT", "REPLACE", "UNAUTHENTICATE", "UIDONLY",
      "INPROGRESS", "METADATA", "NOTIFY",
      "ACL", "RIGHTS=kxte", "LIST-MYRIGHTS",
    ]
    names += searchCapabilities
    if !isCompressed { names.append("COMPRESS=DEFLATE") }
    return names.filter { !client.hidden.contains($0) }
  }

  /// RFC 5256, 5957, 5267, 6203; RFC 5255 §4.3 only while plain SEARCH compares by i;unicode-casemap.
  private var searchCapabilities: [String] {
    let names = [
      "SORT", "SORT=DISPLAY", "ESORT", "THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES", "THREAD=REFS", "SEARCH=FUZZY",
    ]
    guard let principal else { return names }
    return service.searchesArabic(AccountID(raw: principal.account)) ? names : names + ["I18NLEVEL=1"]
  }

  mutating func startTLS(_ tag: String, _ output: inout Output) -> Step<Outcome> {
    guard tls == nil, service.settings.offersStartTLS else {
      return answer(tag, .bad(tls == nil ? "STARTTLS is not offered here" : "TLS is active already"), &output)
    }
    guard principal == nil else { return answer(tag, .bad("Too late for STARTTLS"), &output) }
    write(&output) { $0.status(.ok, tag: tag, nil, "Begin TLS now") }
    return .startTLS
  }

  /// RFC 9051 §6.2.3; before TLS the refusal says why (RFC 5530).
  mutating func logIn(_ tag: String, _ logIn: IMAPCommand.LogIn, _ output: inout Output) -> Step<Outcome> {
    if let refusal = logInRefusal { return answer(tag, refusal, &output) }
    return check(tag, name: logIn.user, password: logIn.password)
  }

  private var logInRefusal: CommandReply? {
    if principal != nil { return .bad("You are logged in already") }
    if !mayLogIn { return .no("Log in only with TLS: use port 993, or STARTTLS first", .privacyRequired) }
    return nil
  }

  mutating func authenticate(
    _ tag: String, _ authenticate: IMAPCommand.Authenticate, _ output: inout Output
  ) -> Step<Outcome> {
    if let refusal = logInRefusal { return answer(tag, refusal, &output) }
    switch authenticate.mechanism {
    case "PLAIN": logIn = LogInState(tag: tag, mechanism: PlainServer())
    case "SCRAM-SHA-256": logIn = LogInState(tag: tag, mechanism: service.directory.scramServer())
    default: return answer(tag, .no("This mechanism is not offered", .cannot), &output)
    }
    guard let initial = authenticate.initialResponse else {
      framer.isLineMode = true
      write(&output) { $0.continuation([]) }
      return .proceed
    }
    // RFC 4959 §3: "=" is an empty response.
    return continueLogIn(initial == [0x3D] ? [] : initial, &output)
  }

  mutating func continueLogIn(_ line: [UInt8], _ output: inout Output) -> Step<Outcome> {
    framer.isLineMode = false
    guard var state = logIn else { return .proceed }
    logIn = nil
    // RFC 9051 §6.2.2: "*" cancels with BAD.
    if line == [0x2A] { return answer(state.tag, .bad("Cancelled"), &output) }
    guard let response = Base64.decode(line) else { return answer(state.tag, .bad("That is not base64"), &output) }
    switch state.mechanism.respond(to: response) {
    case .challenge(let challenge):
      logIn = state
      framer.isLineMode = true
      write(&output) { $0.continuation(Base64.encode(challenge)) }
      return .proceed
    case .credentials(let credentials):
      // RFC 4616 §2: acting for somebody else is not offered.
      let name = credentials.authenticationIdentity
      guard credentials.authorizationIdentity.isEmpty || credentials.authorizationIdentity == name else {
        return answer(state.tag, .no("You cannot act for another user", .authorizationFailed), &output)
      }
      return check(state.tag, name: Array(name.utf8), password: credentials.password)
    case .failure: return answer(state.tag, .bad("The response is malformed"), &output)
    }
  }

  private func check(_ tag: String, name: [UInt8], password: [UInt8]) -> Step<Outcome> {
    let directory = service.directory
    let address = peer.address
    return .run { _ in
      let name = String(decoding: name, as: UTF8.self)
      return .logIn(tag: tag, await directory.logIn(name: name, password: password, service: .imap, peer: address))
    }
  }

  mutating func finishLogIn(_ tag: String, _ answer: LogIn, _ output: inout Output) -> Step<Outcome> {
    var facts: Logger.Metadata = ["connection": "\(peer.id)", "peer": "\(peer.address)", "service": "imap"]
    switch answer {
    case .accepted(let principal):
      guard enter(principal) else { return finishLogIn(tag, .refused, &output) }
      self.principal = principal
      logInFailures = 0
      framer.options.limits = service.settings.limitsAfterLogIn
      facts["user"] = "\(principal.name)"
      service.logger.info("logged in", metadata: facts)
      return self.answer(tag, .ok("Logged in", .capability(capabilities)), &output)
    case .refused:
      service.logger.info("log-in refused", metadata: facts)
      logInFailures += 1
      let reply = CommandReply.no("Wrong name or password", .authenticationFailed)
      let step = self.answer(tag, reply, &output)
      return logInFailures >= service.settings.logInFailures ? bye("Too many wrong passwords", &output) : step
    case .unavailable(let reason):
      facts["reason"] = "\(reason)"
      service.logger.warning("log-in not possible", metadata: facts)
      return self.answer(tag, .no("Log-in is not possible now, try again later", .unavailable), &output)
    }
  }

  /// False when the password was taken away since it was checked.
  private mutating func enter(_ principal: Principal) -> Bool {
    let waker = waker
    entry = service.directory.enter(principal, .imap) { waker.interrupt() }
    return entry != nil
  }

  /// The session is no longer one that has logged in.
  mutating func leave() {
    if let entry { service.directory.leave(entry) }
    entry = nil
  }

  var isRevoked: Bool { entry?.isOver(at: service.now()) == true }

  /// ENABLE (RFC 9051 §6.3.1): what is not known or not offered is passed over.
  mutating func enable(_ tag: String, _ names: [String], _ output: inout Output) -> Step<Outcome> {
    var enabled: [String] = []
    if names.contains(where: { $0.uppercased() == "CONDSTORE" }) {
      enableCondstore(&output)
      enabled.append("CONDSTORE")
    }
    // RFC 7162 §3.2.3: it switches CONDSTORE on as well.
    if names.contains(where: { $0.uppercased() == "QRESYNC" }) {
      enableCondstore(&output)
      modes.qresync = true
      enabled.append("QRESYNC")
    }
    for name in names.map({ $0.uppercased() }) where !enabled.contains(name) {
      switch name {
      case "IMAP4REV2":
        modes.rev2 = true
        enabled.append("IMAP4rev2")
      case "UTF8=ACCEPT":
        modes.utf8Accept = true
        enabled.append(name)
      case "UIDONLY":
        modes.uidOnly = true
        enabled.append(name)
      case "METADATA":
        modes.metadata = true
        listen()
        enabled.append(name)
      default: break
      }
    }
    framer.options.usesUTF8 = modes.usesUTF8
    write(&output) { $0.enabled(enabled) }
    return answer(tag, .ok("Enable completed"), &output)
  }

  /// COMPRESS (RFC 4978): once. NIOSSL never negotiates TLS's own compression, so there is no other layer that could.
  mutating func compress(_ tag: String, _ mechanism: String, _ output: inout Output) -> Step<Outcome> {
    guard mechanism == "DEFLATE" else { return answer(tag, .bad("Only DEFLATE is offered"), &output) }
    if isCompressed { return answer(tag, .bad("DEFLATE is active already", .compressionActive), &output) }
    isCompressed = true
    _ = answer(tag, .ok("DEFLATE active"), &output)
    return .startCompression
  }

  private mutating func endCompression() -> Step<Outcome> {
    isCompressed = false
    return .endCompression
  }

  /// UNAUTHENTICATE (RFC 8437): everything but TLS and ID is as on a new connection.
  mutating func unauthenticate(_ tag: String, _ output: inout Output) -> Step<Outcome> {
    leave()
    principal = nil
    modes = Modes()
    view = nil
    notifications = nil
    feed = nil
    ownEvents = []
    savedResult = NumberSet()
    speaksUID = false
    framer.options.usesUTF8 = false
    framer.options.limits = Self.limitsBeforeLogIn
    write(&output) { $0.status(.ok, tag: tag, nil, "Unauthenticated") }
    return isCompressed ? endCompression() : .proceed
  }

  /// RFC 2971: who we are. What the client says of itself picks its row of the table of quirks.
  mutating func identify(
    _ tag: String, _ fields: [IMAPCommand.IDField]?, _ output: inout Output
  ) -> Step<Outcome> {
    client = ClientQuirks.of(fields ?? [])
    write(&output) { $0.id([.init(name: "name", value: "Barid")]) }
    return answer(tag, .ok("ID completed"), &output)
  }
}
