/// LOGIN, the server's side (draft-murchison-sasl-login-00): it asks for the name, then for the password.
public struct LoginServer: SASLServer {
  public let name = "LOGIN"
  private let limits: Limits
  private var state = State.start

  private enum State {
    case start
    case name
    case password(of: String)
    case finished
  }

  public init(limits: Limits = Limits()) { self.limits = limits }

  public mutating func respond(to response: [UInt8]?) -> SASLServerStep {
    switch state {
    case .start:
      // Outlook and others send the name with the command.
      if let response { return takeName(response) }
      state = .name
      // Some devices compare this text: with the colon, as Exchange writes it.
      return .challenge(Array("Username:".utf8))
    case .name: return takeName(response ?? [])
    case .password(let name): return takePassword(response ?? [], of: name)
    case .finished: return .failure(.finished)
    }
  }

  private mutating func takeName(_ octets: [UInt8]) -> SASLServerStep {
    guard octets.count <= limits.identity else { return fail(.tooLong) }
    guard !octets.isEmpty, !octets.contains(0), let name = String(validating: octets, as: UTF8.self) else {
      return fail(.malformed)
    }
    state = .password(of: name)
    return .challenge(Array("Password:".utf8))
  }

  private mutating func takePassword(_ octets: [UInt8], of name: String) -> SASLServerStep {
    guard octets.count <= limits.password else { return fail(.tooLong) }
    guard !octets.isEmpty, !octets.contains(0), String(validating: octets, as: UTF8.self) != nil else {
      return fail(.malformed)
    }
    state = .finished
    return .credentials(Credentials(authenticationIdentity: name, password: octets))
  }

  private mutating func fail(_ fault: SASLFault) -> SASLServerStep {
    state = .finished
    return .failure(fault)
  }
}
