extension IMAPCommand {
  /// SELECT or EXAMINE with the parameters of RFC 7162.
  public struct Select: Sendable, Equatable {
    public var mailbox: MailboxName
    /// CONDSTORE (RFC 7162 §3.1.8).
    public var isCondstore = false
    public var resync: Resync?

    public init(mailbox: MailboxName) { self.mailbox = mailbox }
  }

  /// QRESYNC (RFC 7162 §3.2.5): what the client knows of a mailbox.
  public struct Resync: Sendable, Equatable {
    public var uidValidity: UInt32
    public var modSequence: UInt64
    /// The UIDs it knows; nil for all from 1.
    public var knownUIDs: SequenceSet?
    /// Message numbers and the UIDs they had, number by number in the same order.
    public var match: Match?

    /// The sequence match data of RFC 7162 §3.2.5.2.
    public struct Match: Sendable, Equatable {
      public var numbers: SequenceSet
      public var uids: SequenceSet

      public init(numbers: SequenceSet, uids: SequenceSet) {
        self.numbers = numbers
        self.uids = uids
      }
    }

    public init(uidValidity: UInt32, modSequence: UInt64, knownUIDs: SequenceSet? = nil, match: Match? = nil) {
      self.uidValidity = uidValidity
      self.modSequence = modSequence
      self.knownUIDs = knownUIDs
      self.match = match
    }
  }
}

extension CommandReader {
  mutating func selectCommand() throws(SyntaxError) -> IMAPCommand.Select {
    var select = IMAPCommand.Select(mailbox: try spacedMailbox())
    guard skipSpace() else { return select }
    _ = try list { reader throws(SyntaxError) in
      switch try reader.word("Expected a parameter") {
      case "CONDSTORE": select.isCondstore = true
      case "QRESYNC": select.resync = try reader.resync()
      default: throw reader.error("Unknown parameter")
      }
    }
    return select
  }

  private mutating func resync() throws(SyntaxError) -> IMAPCommand.Resync {
    try space()
    try open()
    let uidValidity = try nzNumber()
    try space()
    var resync = IMAPCommand.Resync(uidValidity: uidValidity, modSequence: try modSequence())
    while skipSpace() {
      if peek() == OctetClass.open, resync.match == nil {
        try open()
        let numbers = try knownNumbers()
        try space()
        resync.match = .init(numbers: numbers, uids: try knownNumbers())
        try close()
      } else if resync.knownUIDs == nil, resync.match == nil {
        resync.knownUIDs = try knownNumbers()
      } else {
        throw error("Unexpected QRESYNC argument")
      }
    }
    try close()
    return resync
  }
}
