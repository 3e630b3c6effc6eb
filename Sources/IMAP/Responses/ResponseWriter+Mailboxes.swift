/// An attribute of a mailbox in LIST (RFC 9051 §7.3.1, RFC 6154).
public enum MailboxAttribute: String, Sendable, Hashable, CaseIterable {
  case noSelect = "\\Noselect"
  case nonExistent = "\\NonExistent"
  /// RFC 5465 §5.9
  case noAccess = "\\NoAccess"
  case noInferiors = "\\Noinferiors"
  case marked = "\\Marked"
  case unmarked = "\\Unmarked"
  case hasChildren = "\\HasChildren"
  case hasNoChildren = "\\HasNoChildren"
  case subscribed = "\\Subscribed"
  case remote = "\\Remote"
  case all = "\\All"
  case archive = "\\Archive"
  case drafts = "\\Drafts"
  case flagged = "\\Flagged"
  case junk = "\\Junk"
  case sent = "\\Sent"
  case trash = "\\Trash"
  /// RFC 8457
  case important = "\\Important"
}

/// One value of STATUS.
public enum StatusValue: Sendable, Equatable {
  case messages(UInt32)
  case uidNext(UInt32)
  case uidValidity(UInt32)
  case unseen(UInt32)
  case deleted(UInt32)
  case recent(UInt32)
  case size(UInt64)
  case highestModSequence(UInt64)
  case deletedStorage(UInt64)
  /// Nil: no limit.
  case appendLimit(UInt64?)
  case mailboxID(String)
}

extension ResponseWriter {
  /// `* LIST (…) "/" name`, with the extended items of RFC 5258 where given.
  public mutating func list(
    _ name: MailboxName, attributes: [MailboxAttribute], delimiter separator: Character? = "/",
    childInfo: [String] = [], oldName: MailboxName? = nil
  ) {
    write("* LIST ")
    mailboxList(name, attributes, separator)
    if !childInfo.isEmpty || oldName != nil {
      write(" (")
      if !childInfo.isEmpty {
        write("\"CHILDINFO\" (")
        for (at, option) in childInfo.enumerated() {
          if at > 0 { bytes.append(0x20) }
          quoted(option.utf8)
        }
        bytes.append(OctetClass.close)
      }
      if let oldName {
        write(childInfo.isEmpty ? "\"OLDNAME\" (" : " \"OLDNAME\" (")
        mailbox(oldName)
        bytes.append(OctetClass.close)
      }
      bytes.append(OctetClass.close)
    }
    endLine()
  }

  /// The answer to `LIST "" ""`: the delimiter and the root of the reference (RFC 9051 §6.3.9).
  public mutating func listDelimiter(_ separator: Character? = "/", root: String = "") {
    write("* LIST (\\Noselect) ")
    delimiter(separator)
    bytes.append(0x20)
    string(root)
    endLine()
  }

  /// `* LSUB (…) "/" name` (RFC 3501 §7.2.3).
  public mutating func lsub(
    _ name: MailboxName, attributes: [MailboxAttribute], delimiter separator: Character? = "/"
  ) {
    write("* LSUB ")
    mailboxList(name, attributes, separator)
    endLine()
  }

  private mutating func mailboxList(_ name: MailboxName, _ attributes: [MailboxAttribute], _ separator: Character?) {
    bytes.append(OctetClass.open)
    for (at, attribute) in attributes.enumerated() {
      if at > 0 { bytes.append(0x20) }
      write(attribute.rawValue)
    }
    write(") ")
    delimiter(separator)
    bytes.append(0x20)
    mailbox(name)
  }

  /// `* STATUS name (…)`
  public mutating func status(of name: MailboxName, _ values: [StatusValue]) {
    write("* STATUS ")
    mailbox(name)
    write(" (")
    for (at, value) in values.enumerated() {
      if at > 0 { bytes.append(0x20) }
      statusValue(value)
    }
    bytes.append(OctetClass.close)
    endLine()
  }

  private mutating func statusValue(_ value: StatusValue) {
    switch value {
    case .messages(let number): item("MESSAGES ", UInt64(number))
    case .uidNext(let number): item("UIDNEXT ", UInt64(number))
    case .uidValidity(let number): item("UIDVALIDITY ", UInt64(number))
    case .unseen(let number): item("UNSEEN ", UInt64(number))
    case .deleted(let number): item("DELETED ", UInt64(number))
    case .recent(let number): item("RECENT ", UInt64(number))
    case .size(let number): item("SIZE ", number)
    case .highestModSequence(let number): item("HIGHESTMODSEQ ", number)
    case .deletedStorage(let number): item("DELETED-STORAGE ", number)
    case .appendLimit(let number):
      if let number { item("APPENDLIMIT ", number) } else { write("APPENDLIMIT NIL") }
    case .mailboxID(let id):
      write("MAILBOXID (")
      write(id)
      bytes.append(OctetClass.close)
    }
  }

  mutating func item(_ name: StaticString, _ number: UInt64) {
    write(name)
    write(number)
  }

  /// `* FLAGS (…)`
  public mutating func flags(_ flags: some Sequence<IMAPFlag>) {
    write("* FLAGS ")
    flagList(flags)
    endLine()
  }

  /// `* n EXISTS`
  public mutating func exists(_ count: UInt32) { numbered(count, "EXISTS") }

  /// `* n RECENT` (RFC 3501 only).
  public mutating func recent(_ count: UInt32) { numbered(count, "RECENT") }

  /// `* n EXPUNGE`
  public mutating func expunge(_ number: UInt32) { numbered(number, "EXPUNGE") }

  private mutating func numbered(_ number: UInt32, _ word: StaticString) {
    write("* ")
    write(number)
    bytes.append(0x20)
    write(word)
    endLine()
  }

  /// `* VANISHED (EARLIER) uids` (RFC 7162 §3.2.10); nothing for an empty set.
  public mutating func vanished(_ uids: NumberSet, earlier: Bool = false) {
    guard !uids.isEmpty else { return }
    write(earlier ? "* VANISHED (EARLIER) " : "* VANISHED ")
    uids.write(to: &bytes)
    endLine()
  }

  // MARK: Extensions about mailboxes

  /// `* ACL name identifier rights …` (RFC 4314 §3.6)
  public mutating func acl(_ name: MailboxName, _ entries: [(identifier: String, rights: String)]) {
    write("* ACL ")
    mailbox(name)
    for entry in entries {
      bytes.append(0x20)
      astring(entry.identifier)
      bytes.append(0x20)
      astring(entry.rights)
    }
    endLine()
  }

  /// `* LISTRIGHTS name identifier required optional …` (RFC 4314 §3.7)
  public mutating func listRights(_ name: MailboxName, identifier: String, required: String, optional: [String]) {
    write("* LISTRIGHTS ")
    mailbox(name)
    for text in [identifier, required] + optional {
      bytes.append(0x20)
      astring(text)
    }
    endLine()
  }

  /// `* MYRIGHTS name rights` (RFC 4314 §3.8)
  public mutating func myRights(_ name: MailboxName, _ rights: String) {
    write("* MYRIGHTS ")
    mailbox(name)
    bytes.append(0x20)
    astring(rights)
    endLine()
  }

  /// `* QUOTA root (STORAGE used limit …)` (RFC 9208 §5.1)
  public mutating func quota(_ root: String, _ resources: [(name: String, usage: UInt64, limit: UInt64)]) {
    write("* QUOTA ")
    astring(root)
    write(" (")
    for (at, resource) in resources.enumerated() {
      if at > 0 { bytes.append(0x20) }
      write(resource.name)
      bytes.append(0x20)
      write(resource.usage)
      bytes.append(0x20)
      write(resource.limit)
    }
    bytes.append(OctetClass.close)
    endLine()
  }

  /// `* QUOTAROOT name root …` (RFC 9208 §5.2)
  public mutating func quotaRoot(_ name: MailboxName, _ roots: [String]) {
    write("* QUOTAROOT ")
    mailbox(name)
    for root in roots {
      bytes.append(0x20)
      astring(root)
    }
    endLine()
  }

  /// `* METADATA name (entry value …)` (RFC 5464 §4.4.1)
  public mutating func metadata(_ name: MailboxName, _ entries: [(name: String, value: [UInt8]?)]) {
    write("* METADATA ")
    mailbox(name)
    write(" (")
    for (at, entry) in entries.enumerated() {
      if at > 0 { bytes.append(0x20) }
      astring(entry.name)
      bytes.append(0x20)
      if let value = entry.value, value.contains(0) { literal8(value) } else { nstring(entry.value) }
    }
    bytes.append(OctetClass.close)
    endLine()
  }

  /// `* METADATA name entry …`: entries that changed, without their values (RFC 5464 §4.4.2).
  public mutating func metadataChanged(_ name: MailboxName, _ entries: [String]) {
    write("* METADATA ")
    mailbox(name)
    for entry in entries {
      bytes.append(0x20)
      astring(entry)
    }
    endLine()
  }
}
