extension IMAPCommand {
  /// AUTHENTICATE (RFC 9051 §6.2.2, SASL-IR RFC 4959). The lines that follow it are read in the framer's line mode.
  public struct Authenticate: Sendable, Equatable {
    /// The SASL mechanism in capitals.
    public var mechanism: String
    /// The initial response in base64 as sent; `=` stands for an empty one and is given as such.
    public var initialResponse: [UInt8]?

    public init(mechanism: String, initialResponse: [UInt8]? = nil) {
      self.mechanism = mechanism
      self.initialResponse = initialResponse
    }
  }
}

extension IMAPCommand.Authenticate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "AUTHENTICATE \(mechanism)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension CommandReader {
  mutating func authenticateCommand() throws(SyntaxError) -> IMAPCommand.Authenticate {
    try space()
    let mechanism = try word("Expected a mechanism")
    guard skipSpace() else { return IMAPCommand.Authenticate(mechanism: mechanism) }
    let response = run { octet in
      octet == 0x3D || octet == 0x2B || octet == 0x2F || OctetClass.isDigit(octet)
        || (OctetClass.uppercased(octet) >= 0x41 && OctetClass.uppercased(octet) <= 0x5A)
    }
    guard !response.isEmpty else { throw error("Expected an initial response in base64") }
    return IMAPCommand.Authenticate(mechanism: mechanism, initialResponse: Array(response))
  }
}
