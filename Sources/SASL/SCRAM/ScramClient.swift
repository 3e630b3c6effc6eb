internal import Crypto
internal import Mail

/// SCRAM-SHA-256, the client's side (RFC 5802, RFC 7677), without channel binding.
public struct ScramClient: SASLClient {
  public let name = "SCRAM-SHA-256"
  private let password: [UInt8]
  private let header: [UInt8]
  private let bare: [UInt8]
  private let nonce: [UInt8]
  private var state = State.first

  private enum State {
    case first
    case signature([UInt8])
    case finished
  }

  /// The most rounds that a server may ask for: more would only waste our time.
  private static let mostIterations = 1_000_000

  /// `nonce`: at least 18 random printable characters without comma.
  public init(_ credentials: Credentials, nonce: String) {
    password = credentials.password
    self.nonce = Array(nonce.utf8)
    let acts = credentials.authorizationIdentity
    header = Array("n,".utf8) + (acts.isEmpty ? [] : Array("a=".utf8) + Scram.encoded(acts)) + [0x2C]
    bare = Array("n=".utf8) + Scram.encoded(credentials.authenticationIdentity) + Array(",r=\(nonce)".utf8)
  }

  public var initialResponse: [UInt8]? { header + bare }

  public mutating func respond(to challenge: [UInt8]) -> [UInt8]? {
    switch state {
    case .first:
      // Where the protocol could not carry the initial response.
      if challenge.isEmpty { return initialResponse }
      return answer(challenge)
    case .signature(let signature):
      state = .finished
      // A server that does not know the password is not ours (§5).
      return challenge == Array("v=".utf8) + Base64.encode(signature) ? [] : nil
    case .finished: return nil
    }
  }

  private mutating func answer(_ first: [UInt8]) -> [UInt8]? {
    state = .finished
    guard let attributes = Scram.attributes(first[...]), attributes.count >= 3, attributes[0].name == 0x72,
      attributes[1].name == 0x73, attributes[2].name == 0x69, attributes[0].value.starts(with: nonce),
      attributes[0].value.count > nonce.count, let salt = Base64.decode(Array(attributes[1].value)),
      let iterations = Int(String(decoding: attributes[2].value, as: UTF8.self)),
      (4_096...Self.mostIterations).contains(iterations)
    else { return nil }
    let salted = Scram.salted(password, salt: salt, iterations: iterations)
    let final = Array("c=".utf8) + Base64.encode(header) + Array(",r=".utf8) + attributes[0].value
    let signed = bare + [0x2C] + first + [0x2C] + final
    let clientKey = Scram.hmac(salted, Array("Client Key".utf8))
    let signature = Scram.hmac(Array(SHA256.hash(data: clientKey)), signed)
    state = .signature(Scram.hmac(Scram.hmac(salted, Array("Server Key".utf8)), signed))
    return final + Array(",p=".utf8) + Base64.encode(zip(clientKey, signature).map { $0 ^ $1 })
  }
}
