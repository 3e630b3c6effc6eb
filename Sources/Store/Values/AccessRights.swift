/// What somebody may do with a mailbox (RFC 4314 §2.1).
package struct AccessRights: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// l: LIST shows it.
  package static let lookup = AccessRights(rawValue: 1)
  /// r: SELECT, STATUS.
  package static let read = AccessRights(rawValue: 2)
  /// s: \Seen.
  package static let seen = AccessRights(rawValue: 4)
  /// w: flags other than \Seen and \Deleted.
  package static let write = AccessRights(rawValue: 8)
  /// i: APPEND and COPY into it.
  package static let insert = AccessRights(rawValue: 16)
  /// p: mail to the mailbox's own address; IMAP does not enforce it.
  package static let post = AccessRights(rawValue: 32)
  /// k: CREATE below it.
  package static let create = AccessRights(rawValue: 64)
  /// x: DELETE, RENAME.
  package static let deleteMailbox = AccessRights(rawValue: 128)
  /// t: \Deleted.
  package static let deleteMessages = AccessRights(rawValue: 256)
  /// e: EXPUNGE.
  package static let expunge = AccessRights(rawValue: 512)
  /// a: the list itself.
  package static let administer = AccessRights(rawValue: 1024)

  package static let all = AccessRights(rawValue: 2047)
  /// What the owner of a mailbox keeps whatever its list says, so that nobody locks himself out.
  package static let ofOwner: AccessRights = [.lookup, .administer]
  /// With one of these somebody may know that the mailbox is there (RFC 4314 §4, MYRIGHTS).
  package static let showing: AccessRights = [.lookup, .read, .insert, .create, .deleteMailbox, .administer]
  /// Without one of these SELECT opens read-only (RFC 4314 §5.2); all flags are shared.
  package static let changing: AccessRights = [.insert, .expunge, .seen, .write, .deleteMessages]

  private static let letters: [(Character, AccessRights)] = [
    ("l", .lookup), ("r", .read), ("s", .seen), ("w", .write), ("i", .insert), ("p", .post), ("k", .create),
    ("x", .deleteMailbox), ("t", .deleteMessages), ("e", .expunge), ("a", .administer),
    // RFC 4314 §2.1.1: the old rights "create" and "delete", as unions.
    ("c", [.create, .deleteMailbox]), ("d", [.deleteMessages, .expunge]),
  ]

  /// From letters; nil when one of them is no right that is known here (RFC 4314 §3.1: BAD).
  package init?(_ text: String) {
    var rights: AccessRights = []
    for letter in text {
      guard let known = Self.letters.first(where: { $0.0 == letter }) else { return nil }
      rights.formUnion(known.1)
    }
    self = rights
  }

  /// The letters; "c" and "d" wherever a right of theirs is there (RFC 4314 §2.1.1: MUST).
  package var text: String {
    String(Self.letters.filter { !isDisjoint(with: $0.1) }.map(\.0))
  }

  /// As `acl.rights`: without "c" and "d", which would bring all their members back.
  var stored: String {
    String(Self.letters.filter { isSuperset(of: $0.1) && $0.1.rawValue.nonzeroBitCount == 1 }.map(\.0))
  }

  /// Each letter for itself, for LISTRIGHTS: none of them is tied to another.
  package var separately: [String] {
    Self.letters.filter { !isDisjoint(with: $0.1) }.map { String($0.0) }
  }

  /// The flags that may be changed: "s" \Seen, "t" \Deleted, "w" all others (RFC 4314 §4).
  package var flags: Flags {
    var flags: Flags = []
    if contains(.seen) { flags.insert(.seen) }
    if contains(.deleteMessages) { flags.insert(.deleted) }
    if contains(.write) { flags.formUnion(Flags(rawValue: ~Flags([.seen, .deleted]).rawValue).subtracting(.hidden)) }
    return flags
  }
}

/// Whom a row of an access list is about (RFC 4314 §2).
package struct AccessIdentifier: Hashable, Comparable, Sendable {
  /// nil: `anyone`, every account of this server.
  package var account: AccountID?
  /// The rights are taken away: an identifier that begins with "-".
  package var isNegative: Bool

  package init(_ account: AccountID?, isNegative: Bool = false) {
    self.account = account
    self.isNegative = isNegative
  }

  package static let anyone = AccessIdentifier(nil)

  /// `acl.who`: an account's number, 0 for anyone; negative rights under the number's complement, -1 - who.
  var raw: Int64 {
    let who = account?.raw ?? 0
    return isNegative ? -1 - who : who
  }

  init(raw: Int64) {
    isNegative = raw < 0
    let who = raw < 0 ? -1 - raw : raw
    account = who == 0 ? nil : AccountID(raw: who)
  }

  /// Accounts in the order in which they were made, then anyone; what is taken away after what is given.
  package static func < (a: Self, b: Self) -> Bool {
    (a.account?.raw ?? .max, a.isNegative ? 1 : 0) < (b.account?.raw ?? .max, b.isNegative ? 1 : 0)
  }
}

/// One row of a mailbox's access list.
package struct AccessEntry: Hashable, Sendable {
  package var identifier: AccessIdentifier
  package var rights: AccessRights

  package init(_ identifier: AccessIdentifier, _ rights: AccessRights) {
    self.identifier = identifier
    self.rights = rights
  }
}

/// What SETACL does with the rights that an identifier has.
package enum AccessChange: Hashable, Sendable {
  case replace(AccessRights)
  case add(AccessRights)
  case remove(AccessRights)
  /// DELETEACL.
  case delete
}
