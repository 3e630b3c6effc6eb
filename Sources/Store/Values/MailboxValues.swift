/// What a mailbox is for (RFC 6154). At most one mailbox of an account has each role.
package enum MailboxRole: String, Sendable, CaseIterable {
  case inbox, sent, drafts, trash, junk, archive
}

/// One name in an account's mailbox tree.
package struct MailboxInfo: Sendable, Equatable {
  package var id: MailboxID
  /// The full path, "/" between levels, UTF-8 in NFC; the first is always exactly "INBOX".
  package var name: String
  package var role: MailboxRole?
  /// False for a name that only holds others (\Noselect).
  package var isSelectable: Bool
  package var isSubscribed: Bool
  package var hasChildren: Bool
  package var uidValidity: UInt32

  package init(
    id: MailboxID, name: String, role: MailboxRole?, isSelectable: Bool, isSubscribed: Bool, hasChildren: Bool,
    uidValidity: UInt32
  ) {
    self.id = id
    self.name = name
    self.role = role
    self.isSelectable = isSelectable
    self.isSubscribed = isSubscribed
    self.hasChildren = hasChildren
    self.uidValidity = uidValidity
  }
}

/// The numbers that STATUS asks for.
package struct MailboxStatus: Sendable, Equatable {
  package var messages: Int
  package var unseen: Int
  /// Messages with \Deleted.
  package var deleted: Int
  /// Bytes of all messages together.
  package var size: Int
  package var uidNext: UID
  package var uidValidity: UInt32
  package var highestModseq: Modseq
  package var recent: Int

  package init(
    messages: Int, unseen: Int, deleted: Int, size: Int, uidNext: UID, uidValidity: UInt32, highestModseq: Modseq,
    recent: Int
  ) {
    self.messages = messages
    self.unseen = unseen
    self.deleted = deleted
    self.size = size
    self.uidNext = uidNext
    self.uidValidity = uidValidity
    self.highestModseq = highestModseq
    self.recent = recent
  }
}

/// Everything that the sessions of an open mailbox look at, at one moment. A value: take it once, then use it without locks.
package struct MailboxState: Sendable {
  package var table: MessageTable
  package var uidValidity: UInt32
  package var uidNext: UID
  package var highestModseq: Modseq
  /// Names of the keyword bits; index n is bit 5 + n of `Flags`. Names are never taken away while the mailbox is open.
  package var keywords: [String]
  /// The first UID of which no session was told (`uidNext` = none).
  package var firstRecent: UID
  /// True after DELETE (or an account's removal): the session must leave.
  package var isDeleted: Bool
  /// True when its members got an own state each, or lost it: the session must open it again.
  package var isReplaced = false
  /// Messages that this member sees under other UIDs than their own.
  var aliases: [UID: UID] = [:]
}

/// What an account uses of its quota.
package struct Usage: Sendable, Equatable {
  package var bytes: Int64
  package var count: Int64
  /// nil = no limit.
  package var byteLimit: Int64?
  package var countLimit: Int64?
}
