/// Where a session stands (RFC 9051 §3).
public enum SessionState: UInt8, Sendable, Hashable, CaseIterable {
  case notAuthenticated, authenticated, selected, logout
}

/// What must be known about a command before it is run, as data.
public struct CommandTraits: Sendable, Equatable {
  /// The states that allow it.
  public var states: Set<SessionState>
  /// Whether untagged EXPUNGE (or VANISHED) may be sent while it runs or at its end.
  ///
  /// RFC 9051 §7.5.1: never during FETCH, STORE, SEARCH (and SORT, THREAD, which follow it) by message number; the UID
  /// forms may.
  public var mayExpunge: Bool
  /// Whether it carries a password in the clear: refused with PRIVACYREQUIRED before TLS (RFC 9051 §11.1, RFC 5530).
  public var needsTLS = false
  /// Whether it uses or gives message numbers: answered BAD [UIDREQUIRED] after ENABLE UIDONLY (RFC 9586 §3).
  public var usesMessageNumbers = false
  /// Whether it may run while an earlier one still does (RFC 9051 §5.5): it changes and shows nothing.
  public var isHarmless = false
  /// The capability that must be advertised for it, nil for the base protocol.
  public var capability: String?
  /// Whether it needs a mailbox selected read-write (not by EXAMINE).
  public var needsWrite = false
}

extension IMAPCommand {
  private static let always = Set(SessionState.allCases).subtracting([.logout])
  private static let loggedIn: Set<SessionState> = [.authenticated, .selected]

  /// The traits of this command.
  public var traits: CommandTraits {
    switch self {
    case .capability, .noop, .logout, .id: anyStateTraits
    case .startTLS, .login, .authenticate: notAuthenticatedTraits
    case .check, .close, .unselect, .expunge, .search, .sort, .thread, .fetch, .store, .copy, .move, .replace,
      .cancelUpdate:
      selectedTraits
    default: authenticatedTraits
    }
  }

  private var anyStateTraits: CommandTraits {
    var traits = CommandTraits(states: Self.always, mayExpunge: true)
    if self == .capability { traits.isHarmless = true }
    if case .id = self { traits.capability = "ID" }
    return traits
  }

  private var notAuthenticatedTraits: CommandTraits {
    var traits = CommandTraits(states: [.notAuthenticated], mayExpunge: false)
    switch self {
    case .startTLS: traits.capability = "STARTTLS"
    case .login: traits.needsTLS = true
    case .authenticate(let authenticate):
      traits.needsTLS = ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"].contains(authenticate.mechanism)
    default: break
    }
    return traits
  }

  private var authenticatedTraits: CommandTraits {
    var traits = CommandTraits(states: Self.loggedIn, mayExpunge: true)
    // RFC 5161 §3.1: ENABLE is for the authenticated state only; RFC 9051 §6.3.1 allows it while nothing is selected.
    if case .enable = self { traits.states = [.authenticated] }
    traits.capability = capability
    return traits
  }

  private var capability: String? {
    switch self {
    case .namespace: "NAMESPACE"
    case .idle: "IDLE"
    case .enable: "ENABLE"
    case .unauthenticate: "UNAUTHENTICATE"
    case .compress: "COMPRESS=DEFLATE"
    case .getACL, .setACL, .deleteACL, .listRights, .myRights: "ACL"
    case .getQuota, .getQuotaRoot: "QUOTA"
    case .setQuota: "QUOTASET"
    case .getMetadata, .setMetadata: "METADATA"
    case .notify: "NOTIFY"
    case .language: "LANGUAGE"
    case .comparator: "I18NLEVEL=2"
    case .genURLAuth, .resetKey, .urlFetch: "URLAUTH"
    case .multiSearch: "MULTISEARCH"
    default: nil
    }
  }

  private var selectedTraits: CommandTraits {
    var traits = CommandTraits(states: [.selected], mayExpunge: true)
    switch self {
    case .search(let search):
      traits.mayExpunge = search.isUID
      traits.usesMessageNumbers = !search.isUID
    case .sort(let sort):
      (traits.mayExpunge, traits.usesMessageNumbers, traits.capability) = (sort.isUID, !sort.isUID, "SORT")
    case .thread(let thread):
      (traits.mayExpunge, traits.usesMessageNumbers) = (thread.isUID, !thread.isUID)
      traits.capability = "THREAD=\(thread.algorithm)"
    case .fetch(let fetch):
      (traits.mayExpunge, traits.usesMessageNumbers) = (fetch.isUID, !fetch.isUID)
    case .store(let store):
      (traits.mayExpunge, traits.usesMessageNumbers, traits.needsWrite) = (store.isUID, !store.isUID, true)
    case .copy(let copy): traits.usesMessageNumbers = !copy.isUID
    case .move(let move):
      (traits.usesMessageNumbers, traits.needsWrite, traits.capability) = (!move.isUID, true, "MOVE")
    case .replace(let replace):
      (traits.usesMessageNumbers, traits.needsWrite, traits.capability) = (!replace.isUID, true, "REPLACE")
    case .expunge(let set):
      (traits.needsWrite, traits.capability) = (true, set == nil ? nil : "UIDPLUS")
    case .unselect: traits.capability = "UNSELECT"
    case .cancelUpdate: traits.capability = "CONTEXT=SEARCH"
    default: break
    }
    return traits
  }
}

extension SessionState {
  /// Nil when a command may be sent in this state, else the BAD to answer it with.
  public func refusal(of command: TaggedCommand) -> CommandError? {
    if command.command.traits.states.contains(self) { return nil }
    let text =
      switch self {
      case .notAuthenticated: "Log in first"
      case .authenticated: "Select a mailbox first"
      case .selected: "Not while a mailbox is selected"
      case .logout: "Logging out"
      }
    let isLate = command.command.traits.states == [.notAuthenticated] && self != .logout
    return CommandError(tag: command.tag, text: isLate ? "Already logged in" : text)
  }
}
