extension IMAPCommand {
  /// SETQUOTA (RFC 9208 §4.1.3).
  public struct SetQuota: Sendable, Equatable {
    public struct Limit: Sendable, Equatable {
      /// STORAGE (in units of 1,024 octets), MESSAGE, MAILBOX, ANNOTATION-STORAGE or another, in capitals.
      public var resource: String
      public var limit: UInt64

      public init(resource: String, limit: UInt64) {
        self.resource = resource
        self.limit = limit
      }
    }

    public var root: String
    /// Empty to remove every limit.
    public var limits: [Limit]

    public init(root: String, limits: [Limit]) {
      self.root = root
      self.limits = limits
    }
  }
}

extension CommandReader {
  mutating func getQuotaCommand() throws(SyntaxError) -> String {
    try space()
    return try text("Expected a quota root")
  }

  mutating func setQuotaCommand() throws(SyntaxError) -> IMAPCommand.SetQuota {
    let root = try getQuotaCommand()
    try space()
    let limits = try list(minimum: 0) { reader throws(SyntaxError) in
      let resource = try reader.word("Expected a resource")
      try reader.space()
      return IMAPCommand.SetQuota.Limit(resource: resource, limit: try reader.number64())
    }
    return IMAPCommand.SetQuota(root: root, limits: limits)
  }
}
