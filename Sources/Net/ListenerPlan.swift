import DNS

/// A door and the sessions behind it, before a socket leads to it: what `NetServer.replace` takes.
package struct ListenerPlan: Sendable {
  package let settings: ListenerSettings
  let tls: TLSContexts?
  let makeEntrance: @Sendable (ServerCore) -> any Entrance

  /// `makeSession` is called for each connection on its event loop and must not block.
  package init<S: Session>(
    _ settings: ListenerSettings, tls: TLSContexts? = nil, makeSession: @escaping @Sendable (Peer, Waker) -> S
  ) {
    self.settings = settings
    self.tls = tls
    makeEntrance = { Door(core: $0, settings: settings, tls: tls, makeSession: makeSession) }
  }

  /// Where it listens.
  var places: [ListeningPlace] {
    if let path = settings.socketPath { return [.socket(path)] }
    let hosts =
      switch settings.host {
      case "*", "": ["0.0.0.0", "::"]
      case "localhost": ["127.0.0.1", "::1"]
      default: [settings.host]
      }
    return hosts.map { .tcp(IPAddress($0)?.description ?? $0, settings.port) }
  }
}

/// Where a socket listens, as it was asked for.
enum ListeningPlace: Hashable, Sendable {
  /// Address and port.
  case tcp(String, Int)
  /// The path of a Unix socket.
  case socket(String)

  /// True when the system takes both for the same place although they are not: one of them is all addresses of the other's family.
  func overlaps(_ other: ListeningPlace) -> Bool {
    guard case .tcp(let host, let port) = self, case .tcp(let otherHost, let otherPort) = other, self != other,
      port == otherPort, host.contains(":") == otherHost.contains(":")
    else { return false }
    return [host, otherHost].contains { $0 == "0.0.0.0" || $0 == "::" }
  }
}
