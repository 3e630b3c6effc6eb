package import Phrases

/// Why the running server could not be asked.
package enum ControlFailure: Error, Hashable, Sendable {
  /// Nobody listens: the data folder may be opened directly.
  case notRunning
  /// The socket belongs to another user.
  case forbidden
  case lost(String)
  /// The socket could not be made.
  case cannotListen(String)

  package var phrase: Phrase {
    switch self {
    case .notRunning: .serverNotRunning
    case .forbidden: .controlForbidden
    case .lost(let reason): .controlLost(reason)
    case .cannotListen(let reason): .controlCannotListen(reason)
    }
  }
}
