/// PLAIN, the server's side (RFC 4616).
public struct PlainServer: SASLServer {
  public let name = "PLAIN"
  private let limits: Limits
  private var isFinished = false

  public init(limits: Limits = Limits()) { self.limits = limits }

  public mutating func respond(to response: [UInt8]?) -> SASLServerStep {
    guard !isFinished else { return .failure(.finished) }
    // RFC 4422 §5: the client speaks first; without an initial response the challenge is empty.
    guard let response else { return .challenge([]) }
    isFinished = true
    return read(response)
  }

  /// RFC 4616 §2: `[authzid] NUL authcid NUL passwd`.
  private func read(_ message: [UInt8]) -> SASLServerStep {
    guard message.count <= 2 * limits.identity + limits.password + 2 else { return .failure(.tooLong) }
    let parts = message.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[1].isEmpty, !parts[2].isEmpty else { return .failure(.malformed) }
    guard parts[0].count <= limits.identity, parts[1].count <= limits.identity, parts[2].count <= limits.password else {
      return .failure(.tooLong)
    }
    guard let authorization = String(validating: parts[0], as: UTF8.self),
      let authentication = String(validating: parts[1], as: UTF8.self),
      String(validating: parts[2], as: UTF8.self) != nil
    else { return .failure(.malformed) }
    return .credentials(
      Credentials(
        authorizationIdentity: authorization, authenticationIdentity: authentication, password: Array(parts[2])))
  }
}
