extension IMAPCommand {
  /// One rump of GENURLAUTH (RFC 4467 §7).
  public struct URLAuthRequest: Sendable, Equatable {
    public var url: String
    /// In capitals.
    public var mechanism: String

    public init(url: String, mechanism: String) {
      self.url = url
      self.mechanism = mechanism
    }
  }

  /// One URL of URLFETCH, with the parameters of RFC 5524.
  public struct URLFetch: Sendable, Equatable {
    public var url: String
    /// BODY, BINARY, BODYPARTSTRUCTURE or another, in capitals; empty for the plain form.
    public var parameters: [String]

    public init(url: String, parameters: [String] = []) {
      self.url = url
      self.parameters = parameters
    }
  }
}

extension CommandReader {
  mutating func genURLAuthCommand() throws(SyntaxError) -> [IMAPCommand.URLAuthRequest] {
    var requests: [IMAPCommand.URLAuthRequest] = []
    repeat {
      try space()
      guard requests.count < options.limits.listItems else { throw error("Too many URLs") }
      let url = try text("Expected a URL")
      try space()
      requests.append(.init(url: url, mechanism: try word("Expected a mechanism")))
    } while !isAtEnd
    return requests
  }

  mutating func resetKeyCommand() throws(SyntaxError) -> IMAPCommand {
    guard skipSpace() else { return .resetKey(nil, mechanisms: []) }
    let mailbox = try mailbox()
    return .resetKey(mailbox, mechanisms: try spacedTexts().map { $0.uppercased() })
  }

  mutating func urlFetchCommand() throws(SyntaxError) -> [IMAPCommand.URLFetch] {
    var fetches: [IMAPCommand.URLFetch] = []
    repeat {
      try space()
      guard fetches.count < options.limits.listItems else { throw error("Too many URLs") }
      if skip(OctetClass.open) {
        let url = try text("Expected a URL")
        let parameters = try spacedTexts().map { $0.uppercased() }
        try close()
        fetches.append(.init(url: url, parameters: parameters))
      } else {
        fetches.append(.init(url: try text("Expected a URL")))
      }
    } while !isAtEnd
    return fetches
  }
}
