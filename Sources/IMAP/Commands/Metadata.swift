extension IMAPCommand {
  /// GETMETADATA (RFC 5464 §4.2). The empty mailbox name is the server.
  public struct GetMetadata: Sendable, Equatable {
    public enum Depth: Sendable { case zero, one, infinity }

    public var mailbox: MailboxName
    public var entries: [String]
    public var maximumSize: UInt32?
    public var depth: Depth = .zero

    public init(mailbox: MailboxName, entries: [String]) {
      self.mailbox = mailbox
      self.entries = entries
    }
  }

  /// SETMETADATA (RFC 5464 §4.3).
  public struct SetMetadata: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
      public var name: String
      /// Nil removes the entry.
      public var value: [UInt8]?

      public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
      }
    }

    public var mailbox: MailboxName
    public var entries: [Entry]

    public init(mailbox: MailboxName, entries: [Entry]) {
      self.mailbox = mailbox
      self.entries = entries
    }
  }
}

extension CommandReader {
  /// RFC 5464 §5 puts the options before the mailbox while its examples put them behind it; both are read.
  mutating func getMetadataCommand() throws(SyntaxError) -> IMAPCommand.GetMetadata {
    var command = IMAPCommand.GetMetadata(mailbox: .inbox, entries: [])
    try space()
    var hasOptions = false
    if peek() == OctetClass.open {
      try metadataOptions(&command)
      hasOptions = true
      try space()
    }
    command.mailbox = try mailbox()
    try space()
    if peek() == OctetClass.open {
      // Options or entries? Entries start with a slash (§3.2), quoted or not.
      if !hasOptions, peek(1) != 0x2F, peek(1) != OctetClass.quote, peek(1) != OctetClass.brace {
        try metadataOptions(&command)
        try space()
      }
    }
    if peek() == OctetClass.open {
      command.entries = try list { reader throws(SyntaxError) in try reader.metadataEntry() }
    } else {
      command.entries = [try metadataEntry()]
    }
    return command
  }

  private mutating func metadataOptions(_ command: inout IMAPCommand.GetMetadata) throws(SyntaxError) {
    var found = command
    _ = try list { reader throws(SyntaxError) in
      switch try reader.word("Expected an option") {
      case "MAXSIZE":
        try reader.space()
        found.maximumSize = try reader.number()
      case "DEPTH":
        try reader.space()
        switch try reader.word("Expected a depth") {
        case "0": found.depth = .zero
        case "1": found.depth = .one
        case "INFINITY": found.depth = .infinity
        default: throw reader.error("Expected 0, 1 or infinity")
        }
      default: throw reader.error("Unknown option")
      }
    }
    command = found
  }

  mutating func setMetadataCommand() throws(SyntaxError) -> IMAPCommand.SetMetadata {
    let mailbox = try spacedMailbox()
    try space()
    let entries = try list { reader throws(SyntaxError) in
      let name = try reader.metadataEntry()
      try reader.space()
      return IMAPCommand.SetMetadata.Entry(name: name, value: try reader.metadataValue())
    }
    return IMAPCommand.SetMetadata(mailbox: mailbox, entries: entries)
  }

  /// entry: a path without wildcards, doubled slashes or a slash at its end (RFC 5464 §3.2).
  mutating func metadataEntry() throws(SyntaxError) -> String {
    let name = try text("Expected an entry name")
    let octets = Array(name.utf8)
    guard octets.first == 0x2F, octets.last != 0x2F, octets.count > 1 else {
      throw error("An entry name starts with a slash and does not end with one")
    }
    for (at, octet) in octets.enumerated() {
      if octet == 0x2A || octet == 0x25 || octet < 0x20 || octet >= 0x7F
        || (octet == 0x2F && octets[at - (at > 0 ? 1 : 0)] == 0x2F && at > 0)
      {
        throw error("An entry name cannot contain this character")
      }
    }
    return name
  }

  /// value: nstring or literal8.
  private mutating func metadataValue() throws(SyntaxError) -> [UInt8]? {
    guard peek() == OctetClass.tilde else { return try nstring() }
    let range = try literalRange()
    return Array(bytes[range])
  }
}
