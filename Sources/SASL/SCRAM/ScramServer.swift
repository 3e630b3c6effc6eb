internal import Mail

/// SCRAM-SHA-256, the server's side (RFC 5802, RFC 7677), without channel binding.
///
/// -PLUS is not offered: NIOSSL gives no exporter of the TLS session. A client that says "y" (it could, we do not) is in order.
public struct ScramServer: SASLServer {
  /// What the server knows of a name: salt and count are told, the verifiers are not.
  public struct Account: Sendable {
    public var salt: [UInt8]
    public var iterations: Int
    /// One for each password that the account may use, with what stands for it in the credentials.
    public var verifiers: [(verifier: ScramVerifier, secret: [UInt8])]

    public init(salt: [UInt8], iterations: Int, verifiers: [(verifier: ScramVerifier, secret: [UInt8])]) {
      self.salt = salt
      self.iterations = iterations
      self.verifiers = verifiers
    }
  }

  public let name = "SCRAM-SHA-256"
  private let nonce: [UInt8]
  private let lookUp: @Sendable (String) -> Account
  private let limits: Limits
  private var state = State.start

  private struct Exchange {
    var header: [UInt8]
    var authorization: String
    var name: String
    var clientFirst: [UInt8]
    var serverFirst: [UInt8]
    var nonce: [UInt8]
    var account: Account
  }

  private enum State {
    case start
    case proof(Exchange)
    /// The client reads our signature.
    case done(Credentials)
    case finished
  }

  /// `nonce`: at least 18 random printable characters without comma. `lookUp` answers for every name, known or not, alike.
  public init(nonce: String, limits: Limits = Limits(), lookUp: @escaping @Sendable (String) -> Account) {
    self.nonce = Array(nonce.utf8)
    self.limits = limits
    self.lookUp = lookUp
  }

  public mutating func respond(to response: [UInt8]?) -> SASLServerStep {
    let before = state
    state = .finished
    switch before {
    case .start:
      // RFC 4422 §5: the client speaks first.
      guard let response else {
        state = .start
        return .challenge([])
      }
      return takeFirst(response)
    case .proof(let exchange): return takeProof(response ?? [], exchange)
    case .done(let credentials):
      return response?.isEmpty ?? true ? .credentials(credentials) : .failure(.malformed)
    case .finished: return .failure(.finished)
    }
  }

  /// `n,a=authzid,n=name,r=nonce`
  private mutating func takeFirst(_ message: [UInt8]) -> SASLServerStep {
    guard message.count <= 2 * limits.identity + 512 else { return .failure(.tooLong) }
    // The GS2 header ends at the second comma.
    let commas = message.indices.filter { message[$0] == 0x2C }.prefix(2)
    guard commas.count == 2, message[0] == 0x6E || message[0] == 0x79, commas[0] == 1 else {
      return .failure(.malformed)
    }
    let authorization = message[2..<commas[1]]
    var acts = ""
    if !authorization.isEmpty {
      guard authorization.starts(with: Array("a=".utf8)), let found = Scram.decoded(authorization.dropFirst(2)) else {
        return .failure(.malformed)
      }
      acts = found
    }
    let bare = message[(commas[1] + 1)...]
    // "m=" is a mandatory extension, and none is known (§5.1).
    guard let attributes = Scram.attributes(bare), attributes.count >= 2, attributes[0].name == 0x6E,
      attributes[1].name == 0x72, let name = Scram.decoded(attributes[0].value), Scram.isNonce(attributes[1].value)
    else { return .failure(.malformed) }
    guard name.utf8.count <= limits.identity, attributes[1].value.count <= 256 else { return .failure(.tooLong) }
    let account = lookUp(name)
    let both = Array(attributes[1].value) + nonce
    let first =
      Array("r=".utf8) + both + Array(",s=".utf8) + Base64.encode(account.salt) + Array(",i=\(account.iterations)".utf8)
    state = .proof(
      Exchange(
        header: Array(message[...commas[1]]), authorization: acts, name: name, clientFirst: Array(bare),
        serverFirst: first, nonce: both, account: account))
    return .challenge(first)
  }

  /// `c=header,r=nonce,p=proof`
  private mutating func takeProof(_ message: [UInt8], _ exchange: Exchange) -> SASLServerStep {
    guard message.count <= 4_096 else { return .failure(.tooLong) }
    guard let attributes = Scram.attributes(message[...]), attributes.count >= 3, attributes[0].name == 0x63,
      attributes[1].name == 0x72, let last = attributes.last, last.name == 0x70,
      Base64.decode(Array(attributes[0].value)) == exchange.header, Array(attributes[1].value) == exchange.nonce,
      let proof = Base64.decode(Array(last.value))
    else { return .failure(.malformed) }
    let withoutProof = message[..<(last.value.startIndex - 3)]
    let signed = exchange.clientFirst + [0x2C] + exchange.serverFirst + [0x2C] + Array(withoutProof)
    guard let match = exchange.account.verifiers.first(where: { $0.verifier.accepts(proof: proof, of: signed) }) else {
      // Refused like a wrong password: an empty one is none.
      return .credentials(
        Credentials(
          authorizationIdentity: exchange.authorization, authenticationIdentity: exchange.name, password: []))
    }
    state = .done(
      Credentials(
        authorizationIdentity: exchange.authorization, authenticationIdentity: exchange.name, password: match.secret))
    return .challenge(Array("v=".utf8) + Base64.encode(Scram.hmac(match.verifier.serverKey, signed)))
  }
}
