/// What a status response says to the program at the other end, between brackets (RFC 9051 §7.1, RFC 5530 and others).
public enum ResponseCode: Sendable, Equatable {
  case alert, parse, readOnly, readWrite, tryCreate, uidNotSticky, closed, noModSequence
  case badCharset([String])
  case capability([String])
  case permanentFlags([IMAPFlag], allowsNew: Bool)
  case uidNext(UInt32)
  case uidValidity(UInt32)
  /// RFC 3501; gone from RFC 9051.
  case unseen(UInt32)
  case appendUID(uidValidity: UInt32, uids: NumberSet)
  /// The two lists pair number by number in the order given.
  case copyUID(uidValidity: UInt32, source: [UInt32], destination: [UInt32])
  // RFC 5530
  case unavailable, authenticationFailed, authorizationFailed, expired, privacyRequired, contactAdmin, noPerm, inUse
  case expungeIssued, corruption, serverBug, clientBug, cannot, limit, overQuota, alreadyExists, nonExistent
  // Others
  /// RFC 5182
  case notSaved
  case hasChildren
  /// RFC 3516
  case unknownCTE
  /// RFC 4469
  case tooBig
  /// RFC 6154
  case useAttribute
  /// RFC 7162
  case highestModSequence(UInt64)
  case modified(NumberSet)
  /// RFC 8474
  case mailboxID(String)
  /// RFC 4978
  case compressionActive
  /// RFC 5464
  case metadataLongEntries(UInt64)
  case metadataMaximumSize(UInt64)
  case metadataTooMany, metadataNoPrivate
  /// RFC 5465
  case notificationOverflow
  case badEvent([String])
  /// RFC 9586: a sequence number was used after ENABLE UIDONLY.
  case uidRequired
  /// RFC 9585
  case inProgress(tag: String?, done: UInt64?, of: UInt64?)
  /// RFC 8437 and whatever else has no case: written as it is.
  case other(String)

  /// The code without its brackets.
  var word: StaticString? {
    switch self {
    case .alert: "ALERT"
    case .parse: "PARSE"
    case .readOnly: "READ-ONLY"
    case .readWrite: "READ-WRITE"
    case .tryCreate: "TRYCREATE"
    case .uidNotSticky: "UIDNOTSTICKY"
    case .closed: "CLOSED"
    case .noModSequence: "NOMODSEQ"
    case .unavailable: "UNAVAILABLE"
    case .authenticationFailed: "AUTHENTICATIONFAILED"
    case .authorizationFailed: "AUTHORIZATIONFAILED"
    case .expired: "EXPIRED"
    case .privacyRequired: "PRIVACYREQUIRED"
    case .contactAdmin: "CONTACTADMIN"
    case .noPerm: "NOPERM"
    case .inUse: "INUSE"
    case .expungeIssued: "EXPUNGEISSUED"
    case .corruption: "CORRUPTION"
    case .serverBug: "SERVERBUG"
    case .clientBug: "CLIENTBUG"
    case .cannot: "CANNOT"
    case .limit: "LIMIT"
    case .overQuota: "OVERQUOTA"
    case .alreadyExists: "ALREADYEXISTS"
    case .nonExistent: "NONEXISTENT"
    case .notSaved: "NOTSAVED"
    case .hasChildren: "HASCHILDREN"
    case .unknownCTE: "UNKNOWN-CTE"
    case .tooBig: "TOOBIG"
    case .useAttribute: "USEATTR"
    case .compressionActive: "COMPRESSIONACTIVE"
    case .metadataTooMany: "METADATA TOOMANY"
    case .metadataNoPrivate: "METADATA NOPRIVATE"
    case .notificationOverflow: "NOTIFICATIONOVERFLOW"
    case .uidRequired: "UIDREQUIRED"
    default: nil
    }
  }
}
