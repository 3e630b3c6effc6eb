import DNS
import Synchronization

/// Who may still come in: counts connections in all, per listener, per address and, for strangers, per network.
final class Admission: Sendable {
  /// A connection's place in the counts, to be given back with `release`.
  struct Ticket: Sendable {
    fileprivate var address: IPAddress
    fileprivate var listener: String
    fileprivate var isExempt: Bool
    fileprivate(set) var isStranger: Bool
  }

  /// Which limit turned a connection away.
  enum Refusal: String, Error {
    case inAll = "connections in all"
    case perListener = "connections of the listener"
    case perAddress = "connections of the address"
    case strangersPerNetwork = "strangers of the network"
  }

  /// How many may be here at once.
  struct Limits: Sendable, Equatable {
    /// In all.
    var connections: Int
    var perAddress: Int
    var strangersPerNetwork: Int
  }

  private struct Counts {
    var limits: Limits
    var total = 0
    var listeners: [String: Int] = [:]
    var addresses: [IPAddress: Int] = [:]
    var strangers: [IPAddress: Int] = [:]
  }

  private let loopbackIsExempt: Bool
  private let counts: Mutex<Counts>

  init(settings: NetSettings) {
    loopbackIsExempt = settings.loopbackIsExempt
    counts = Mutex(
      Counts(
        limits: Limits(
          connections: settings.connections, perAddress: settings.connectionsPerAddress,
          strangersPerNetwork: settings.strangersPerNetwork)))
  }

  /// New limits for those who come from now on; who is in stays, and counts.
  func change(to limits: Limits) { counts.withLock { $0.limits = limits } }

  func admit(_ address: IPAddress, to listener: ListenerSettings) throws(Refusal) -> Ticket {
    let isExempt = loopbackIsExempt && address.isLoopback || listener.socketPath != nil
    let result: Result<Ticket, Refusal> = counts.withLock { counts in
      if counts.total >= counts.limits.connections { return .failure(.inAll) }
      if counts.listeners[listener.name, default: 0] >= listener.connections { return .failure(.perListener) }
      if !isExempt {
        // An IPv6 host has a whole /64 of its own: addresses of one network are counted as one.
        if counts.addresses[key(address), default: 0] >= counts.limits.perAddress { return .failure(.perAddress) }
        if counts.strangers[address.network, default: 0] >= counts.limits.strangersPerNetwork {
          return .failure(.strangersPerNetwork)
        }
        counts.addresses[key(address), default: 0] += 1
        counts.strangers[address.network, default: 0] += 1
      }
      counts.total += 1
      counts.listeners[listener.name, default: 0] += 1
      return .success(
        Ticket(address: address, listener: listener.name, isExempt: isExempt, isStranger: !isExempt))
    }
    return try result.get()
  }

  /// The peer has proved who it is.
  func trust(_ ticket: inout Ticket) {
    guard ticket.isStranger else { return }
    ticket.isStranger = false
    counts.withLock { decrement(&$0.strangers, ticket.address.network) }
  }

  func release(_ ticket: Ticket) {
    counts.withLock { counts in
      counts.total -= 1
      decrement(&counts.listeners, ticket.listener)
      if ticket.isExempt { return }
      decrement(&counts.addresses, key(ticket.address))
      if ticket.isStranger { decrement(&counts.strangers, ticket.address.network) }
    }
  }

  private func key(_ address: IPAddress) -> IPAddress { address.bitCount == 32 ? address : address.network }

  private func decrement<Key>(_ counts: inout [Key: Int], _ key: Key) {
    guard let count = counts[key] else { return }
    counts[key] = count > 1 ? count - 1 : nil
  }
}
