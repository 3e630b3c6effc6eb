import DNS

/// Who is at the other end of a connection, as the service and the logs need to know it.
package struct Peer: Sendable {
  /// The connection's number, unique in this process; it stands in every log line of the connection.
  package var id: UInt64
  /// The peer's address as text, an IPv4-mapped IPv6 address in its IPv4 form. Behind PROXY protocol: the real client's.
  package var address: String
  /// The network that limits count by: the address's /24 (IPv4) or /64 (IPv6), as text.
  package var network: String
  /// The peer's port.
  package var port: Int
  package var localAddress: String
  package var localPort: Int
  /// True for 127.0.0.0/8 and ::1. In production loopback earns no trust.
  package var isLoopback: Bool
  /// The TLS in use when the session was made (implicit TLS); after STARTTLS see `Event.secured`.
  package var tls: TLSSummary?
  /// The name of the listener that accepted the connection.
  package var listener: String

  package init(
    id: UInt64, address: String, network: String? = nil, port: Int, localAddress: String, localPort: Int,
    isLoopback: Bool, tls: TLSSummary? = nil, listener: String
  ) {
    self.id = id
    self.address = address
    self.network = network ?? IPAddress(address)?.unmapped.networkKey ?? address
    self.port = port
    self.localAddress = localAddress
    self.localPort = localPort
    self.isLoopback = isLoopback
    self.tls = tls
    self.listener = listener
  }
}

/// What was agreed in a TLS handshake, for logs and Received headers.
package struct TLSSummary: Hashable, Sendable {
  /// "TLSv1.3" or "TLSv1.2".
  package var version: String
  /// The cipher suite's name; nil where the TLS library does not tell it (NIOSSL 2.37.6 does not).
  package var cipher: String?

  package init(version: String, cipher: String? = nil) {
    self.version = version
    self.cipher = cipher
  }
}
