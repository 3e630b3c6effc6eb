/// What holds for all listeners of a server. Every figure has a default that suits one small machine.
package struct NetSettings: Sendable {
  /// Event loops; 0: one per core.
  package var threads = 0
  /// Connections at once, in all.
  package var connections = 10_000
  /// Connections at once from one address.
  package var connectionsPerAddress = 100
  /// Connections at once from one network (/24, /64) that have not proved who they are.
  package var strangersPerNetwork = 100
  /// True: limits do not count for 127.0.0.0/8 and ::1. Only for the demo and the test bed.
  package var loopbackIsExempt = false
  /// A stranger in the middle of a command or a body must bring this many bytes in each interval.
  package var minimumRate = MinimumRate()
  /// Time for a TLS handshake.
  package var handshakeLimit: Duration = .seconds(30)
  /// Time for the PROXY protocol header.
  package var proxyLimit: Duration = .seconds(10)
  /// A peer that takes none of what we send for this long is cut.
  package var stallLimit: Duration = .seconds(300)
  /// After our last word, how long the peer may take to hang up.
  package var lingerLimit: Duration = .seconds(2)

  package init() {}
}

/// A slow-loris is met by a rate, not by a shorter timer: RFC 5321 §4.5.3.2 gives every step five minutes or more.
package struct MinimumRate: Sendable {
  /// 0 turns the rule off.
  package var bytes = 4_096
  package var interval: Duration = .seconds(300)

  package init() {}
}
