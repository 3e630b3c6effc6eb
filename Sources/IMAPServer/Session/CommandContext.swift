import IMAP
import Logging
import Net
import Store

/// What a command function works with: values only, so that it may run beside the session.
struct CommandContext: Sendable {
  let tag: String
  let service: IMAPService
  let account: AccountID
  let modes: Modes
  /// The selected mailbox as it was when the command began.
  let view: ViewSnapshot?
  /// What `$` stands for (RFC 5182): UIDs.
  let savedResult: NumberSet
  let out: Writer

  var store: Store { service.store }

  /// A writer of responses in this session's form.
  func responses(capacity: Int = 0) -> ResponseWriter { ResponseWriter(usesUTF8: modes.usesUTF8, capacity: capacity) }
}

/// What ENABLE and some commands switched on.
struct Modes: Sendable {
  /// IMAP4rev2 (RFC 9051): ESEARCH for SEARCH, no RECENT, LIST in SELECT, UTF-8.
  var rev2 = false
  /// UTF8=ACCEPT (RFC 6855).
  var utf8Accept = false
  /// MODSEQ is part of every FETCH response about flags (RFC 7162 §3.1).
  var condstore = false
  /// VANISHED takes the place of EXPUNGE (RFC 7162 §3.2.3).
  var qresync = false
  /// No message numbers any more (RFC 9586).
  var uidOnly = false
  /// Untagged METADATA when somebody else changes an annotation (RFC 5464 §4.4).
  var metadata = false

  /// Mailbox names and headers travel as UTF-8; without it internationalised mail is downgraded (RFC 6855 §7).
  var usesUTF8: Bool { rev2 || utf8Accept }
  /// VANISHED takes the place of EXPUNGE (RFC 7162 §3.2.10, RFC 9586 §3.3).
  var tellsVanished: Bool { qresync || uidOnly }
}

/// The messages that a command names.
struct Chosen: Sendable {
  /// Indices into the view's table, ascending.
  var indices: [Int]

  /// From a sequence set: message numbers beyond the mailbox are BAD (RFC 9051 §6.4.5), UIDs that are not there are passed over.
  init(_ set: SequenceSet, isUID: Bool, in view: ViewSnapshot, saved: NumberSet) throws(CommandRefusal) {
    let table = view.table
    if set.isSavedResult {
      indices = Self.indices(ofUIDs: saved, in: table)
    } else if isUID {
      // RFC 9051 §9: `*` in an empty mailbox is UIDNEXT, which no message has.
      indices = Self.indices(ofUIDs: set.resolved(largest: table.highestUID ?? 0), in: table)
    } else {
      let numbers = set.resolved(largest: UInt32(table.count))
      if (set.highestNumber ?? 0) > UInt32(table.count) || (table.isEmpty && set.containsLargest) {
        throw CommandRefusal(.bad("There is no message with that number"))
      }
      indices = numbers.ranges.flatMap { Int($0.lowerBound) - 1...Int($0.upperBound) - 1 }
    }
  }

  private static func indices(ofUIDs uids: NumberSet, in table: MessageTable) -> [Int] {
    var found: [Int] = []
    for range in uids.ranges {
      var index = table.lowerBound(range.lowerBound)
      while index < table.count, table.uid(at: index) <= range.upperBound {
        found.append(index)
        index += 1
      }
    }
    return found
  }

  func uids(in table: MessageTable) -> [UID] { indices.map { table.uid(at: $0) } }
}

/// A command that ends early with this reply.
struct CommandRefusal: Error {
  var reply: CommandReply
  init(_ reply: CommandReply) { self.reply = reply }
}

extension IMAPCommand {
  /// The CONDSTORE enabling commands (RFC 7162 §3.1), ENABLE left out.
  var enablesCondstore: Bool {
    switch self {
    case .select(let select), .examine(let select): select.isCondstore
    case .status(let status): status.items.contains(.highestModSequence)
    case .fetch(let fetch): fetch.changedSince != nil || fetch.items.contains(.modSequence)
    case .store(let store): store.unchangedSince != nil
    case .search(let search): search.key.asksModSequence
    case .sort(let sort): sort.key.asksModSequence
    case .thread(let thread): thread.key.asksModSequence
    default: false
    }
  }
}
