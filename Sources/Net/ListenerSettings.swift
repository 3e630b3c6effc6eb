/// One door of the server: an address and port, and who may come in how.
package struct ListenerSettings: Sendable {
  package enum Security: Sendable {
    /// Plain TCP.
    case none
    /// The handshake comes first; the session starts after it.
    case implicit
    /// Plain TCP; the session may answer `.startTLS`.
    case startTLS
  }

  /// A short name for logs and metrics: "smtp", "imaps".
  package var name: String
  /// An IPv4 or IPv6 address; "localhost" for 127.0.0.1 and ::1; "*" for all addresses of both kinds.
  package var host: String
  /// 0 picks a free port (told in `BoundListener`).
  package var port: Int
  package var tls: Security
  /// A Unix socket instead of host and port: reachable for its owner and group only, and without limits per address.
  package var socketPath: String?
  /// Peers whose connections begin with a PROXY protocol header (v1 or v2). A connection from anywhere else is taken as direct.
  package var proxyProtocolFrom: [CIDR]
  /// Connections of this listener at once.
  package var connections: Int
  /// Bytes for a peer over a limit, sent in plain before the connection is closed ("421 4.7.0 …\r\n"). Empty: just close.
  package var refusal: [UInt8]

  package init(
    name: String, host: String, port: Int, tls: Security = .none, socketPath: String? = nil,
    proxyProtocolFrom: [CIDR] = [], connections: Int = .max, refusal: [UInt8] = []
  ) {
    self.socketPath = socketPath
    self.name = name
    self.host = host
    self.port = port
    self.tls = tls
    self.proxyProtocolFrom = proxyProtocolFrom
    self.connections = connections
    self.refusal = refusal
  }
}

/// A listener that is up.
package struct BoundListener: Sendable {
  package var name: String
  /// The addresses it listens on, with their ports.
  package var addresses: [(host: String, port: Int)]
  /// The port (of the first address, where port 0 gave different ones).
  package var port: Int { addresses.first?.port ?? 0 }
}

/// Why a listener could not be opened.
package struct ListenFault: Error, Sendable, CustomStringConvertible {
  package enum Reason: Sendable, Equatable {
    /// Another program listens there.
    case inUse
    /// The system does not allow it (ports below 1024 need a privilege).
    case forbidden
    /// The machine has no such address.
    case noSuchAddress
    /// The listener's security needs a certificate and none was given.
    case noCertificate
    /// Anything else, in the system's words.
    case other(String)
  }

  package var listener: String
  package var address: String
  package var port: Int
  package var reason: Reason

  package var description: String {
    let place = "\(listener): \(address) port \(port)"
    return switch reason {
    case .inUse: "\(place) is in use by another program"
    case .forbidden: "\(place) may not be opened by this user"
    case .noSuchAddress: "\(place): this machine has no such address"
    case .noCertificate: "\(place) needs a certificate"
    case .other(let text): "\(place): \(text)"
    }
  }
}
