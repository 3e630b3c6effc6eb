/// What POP3 finds at log-in beside the mailbox's table.
package struct POPOpening: Sendable {
  package var texts: UIDLTexts
  /// Messages that are sent otherwise than stored; usually none.
  package var sizes: [EmailID: WireSize]
  /// nil: this device has no history.
  package var device: POPDeviceState?
  /// What the device has taken; read only when asked for.
  package var taken = ItemBitmap()
  /// What the device has deleted for itself in a group; read only when asked for.
  package var hidden = ItemBitmap()
}

/// How POP3 sends a message otherwise than it is stored: octets more than its size.
package struct WireSize: Hashable, Sendable {
  /// With UTF8: what CRLF line ends add (`LineEndSurplus`).
  package var surplus: Int
  /// Without UTF8 (RFC 6856 §2): the downgraded form, line ends included. May be negative.
  package var plainSurplus: Int
  /// True: the downgraded form is the message itself.
  package var isPlain: Bool

  package init(surplus: Int, plainSurplus: Int, isPlain: Bool) {
    self.surplus = surplus
    self.plainSurplus = plainSurplus
    self.isPlain = isPlain
  }
}

/// Unique ids that came with imported mail, by item: compact, so that 100,000 of them are read in some ten milliseconds.
package struct UIDLTexts: Sendable {
  private var items: [Int64] = []
  private var ends: [Int] = []
  private var bytes: [UInt8] = []

  package init() {}

  package var isEmpty: Bool { items.isEmpty }

  /// Items must come in ascending order.
  mutating func append(_ item: Int64, _ text: UnsafeRawBufferPointer) {
    items.append(item)
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
  }

  package func text(of item: Int64) -> ArraySlice<UInt8>? {
    var low = 0
    var high = items.count
    while low < high {
      let middle = (low + high) / 2
      if items[middle] < item { low = middle + 1 } else { high = middle }
    }
    guard low < items.count, items[low] == item else { return nil }
    return bytes[(low == 0 ? 0 : ends[low - 1])..<ends[low]]
  }
}

/// What is remembered of one device's POP3 sessions. Times are seconds since 1970 UTC.
package struct POPDeviceState: Hashable, Sendable {
  /// The directory's device number; 0 the account password, -1 the server itself.
  package var device: Int64
  package var firstAt: Int64
  package var lastAt: Int64
  /// A session left alone what the device had taken before: its program remembers.
  package var remembers = false
  /// Sessions that took again what the device had, as a program does that does not know it.
  package var again: Int64 = 0
  /// Since when two programs seem to use this one password.
  package var flaggedAt: Int64?
  /// Since when it does not count among "all devices" because it is silent.
  package var quietAt: Int64?
  /// Its program asks for unique ids: nothing is kept from it.
  package var listsIDs = false
  var nextSession: Int64 = 1
  package var taken: Int64 = 0
  package var takenBytes: Int64 = 0
  package var removed: Int64 = 0
  package var freedBytes: Int64 = 0
}

/// One session that took or removed something, for people.
package struct POPSessionRecord: Hashable, Sendable {
  package var device: Int64
  package var at: Int64
  package var peer: String
  package var taken: Int64
  package var takenBytes: Int64
  package var removed: Int64
  package var freedBytes: Int64
}

/// What DELE means when QUIT carries it out.
package enum POPDeletion: String, Sendable, CaseIterable {
  /// Into the mailbox with the role archive.
  case archive
  /// Out of the mailbox, recoverable for some days.
  case trash
  /// Out of the mailbox, for good at the next purge.
  case delete
}

/// How long mail stays, and who has a say: the policies of one maildrop as the store needs them.
package struct POPRetention: Sendable, Equatable {
  package enum Keeping: Hashable, Sendable {
    case forever
    /// Days from the QUIT of the session that took it.
    case afterDownload(days: Int)
    /// Days from its arrival, never before it was taken.
    case afterArrival(days: Int)
  }

  package struct Member: Hashable, Sendable {
    package var device: Int64
    /// When the device was made: it counts from then on, also before its first session.
    package var since: Int64
    package var keeping: Keeping
    /// Its own downloads suffice; otherwise every device must agree.
    package var isAlone: Bool

    package init(device: Int64, since: Int64, keeping: Keeping, isAlone: Bool) {
      self.device = device
      self.since = since
      self.keeping = keeping
      self.isAlone = isAlone
    }
  }

  /// Every device that may use POP3 on this maildrop.
  package var members: [Member]
  /// DELE is each device's own; a message goes when all have deleted it.
  package var isGroup: Bool
  package var deletion: POPDeletion

  package init(members: [Member], isGroup: Bool = false, deletion: POPDeletion = .trash) {
    self.members = members
    self.isGroup = isGroup
    self.deletion = deletion
  }

  /// A device silent for so long leaves "all devices".
  package static let silence: Int64 = 90 * 86_400

  /// False: nothing is ever removed without DELE.
  package var removes: Bool { isGroup || members.contains { $0.keeping != .forever } }
}

/// What a session leaves behind at QUIT: one durable step.
package struct POPUpdate: Sendable {
  package var mailbox: MailboxID
  package var account: AccountID
  /// 0: the account password, which is never remembered and never triggers removal.
  package var device: Int64
  package var peer: String
  /// The session's snapshot.
  package var table: MessageTable
  /// Items sent whole, by RETR.
  package var taken: [Int64] = []
  package var takenBytes = 0
  /// Items marked by DELE.
  package var deleted: [Int64] = []
  package var deletion = POPDeletion.trash
  package var marksSeen = false
  package var retention: POPRetention

  package init(
    mailbox: MailboxID, account: AccountID, device: Int64, peer: String, table: MessageTable, retention: POPRetention
  ) {
    self.mailbox = mailbox
    self.account = account
    self.device = device
    self.peer = peer
    self.table = table
    self.retention = retention
  }
}

/// What became of a `POPUpdate` or of a round of retention.
package struct POPRemoval: Sendable, Equatable {
  package var removed = 0
  package var freedBytes = 0
  /// The device was flagged by this session: two programs seem to use it.
  package var isFlagged = false
  /// Devices that have just become silent.
  package var quiet: [Int64] = []
  /// Something marked was not removed.
  package var isIncomplete = false
  /// There is more to remove.
  package var isPartial = false
}
