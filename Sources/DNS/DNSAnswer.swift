/// The answer to one question.
public enum DNSAnswer: Hashable, Sendable {
  /// At least one record of the asked type, aliases already followed. `isSecure`: validated with DNSSEC.
  case records([RecordData], isSecure: Bool)
  /// The name exists, but has no record of the asked type.
  case noData
  /// The name does not exist (NXDOMAIN). Also the answer to a name that cannot be asked (`DNSName.canonical` gives nil).
  case noName
  /// No answer for now: timeout, SERVFAIL, no network. The text is for logs.
  case temporaryFailure(String)
  /// The records failed DNSSEC validation: treat as a temporary failure, never as an answer. The text is for logs.
  case bogus(String)

  /// The records; empty for every answer without any.
  public var records: [RecordData] {
    if case .records(let records, _) = self { return records }
    return []
  }

  /// True: the answer may be different later.
  public var isTemporary: Bool {
    switch self {
    case .temporaryFailure, .bogus: true
    case .records, .noData, .noName: false
    }
  }

  /// True: records that DNSSEC validated.
  public var isSecure: Bool {
    if case .records(_, isSecure: true) = self { return true }
    return false
  }
}
