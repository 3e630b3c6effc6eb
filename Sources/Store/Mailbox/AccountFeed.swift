import Synchronization

/// Something that happened in an account, told after it is durable and published.
package indirect enum AccountEvent: Sendable, Equatable {
  /// Messages came, went or changed.
  case messages(MailboxID, MessageEvents)
  case created(name: String)
  case deleted(name: String)
  case renamed(from: String, to: String)
  case subscribed(name: String, Bool)
  /// Entries were set or removed; nil is the server.
  case annotated(MailboxID?, entries: [String])
  /// A mailbox's access list changed. Told to those whose right to look it up or to read it came or went, without the lists.
  case access(MailboxID, name: String, before: [AccessEntry], after: [AccessEntry])
  /// Something in another account's mailbox that the listener may look up: messages, shared annotations or rights.
  case foreign(AccountID, AccountEvent)
}

/// What happened to the messages of one mailbox.
package struct MessageEvents: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let new = MessageEvents(rawValue: 1)
  package static let expunged = MessageEvents(rawValue: 2)
  package static let flagged = MessageEvents(rawValue: 4)
}

/// The events of one account for one listener, gathered until it takes them. Changes of one mailbox's messages are one event.
package final class AccountFeed: Sendable {
  private struct Content {
    /// `owner` nil: the listener's own.
    var messages: [(owner: AccountID?, mailbox: MailboxID, events: MessageEvents)] = []
    var others: [AccountEvent] = []
    var isOverfull = false

    mutating func add(_ owner: AccountID?, _ mailbox: MailboxID, _ kinds: MessageEvents) {
      if let place = messages.firstIndex(where: { $0.owner == owner && $0.mailbox == mailbox }) {
        messages[place].events.formUnion(kinds)
      } else {
        messages.append((owner, mailbox, kinds))
      }
    }
  }

  /// More than this waiting (names, not messages): the listener must look for itself.
  private static let limit = 1_000

  private let content = Mutex(Content())
  let wake: @Sendable () -> Void

  init(_ wake: @escaping @Sendable () -> Void) { self.wake = wake }

  /// What has happened since the last call, changes of names first; nil when so much was not taken that events were lost.
  package func take() -> [AccountEvent]? {
    content.withLock { content in
      let taken = content
      content = Content()
      if taken.isOverfull { return nil }
      return taken.others
        + taken.messages.map { found in
          let event = AccountEvent.messages(found.mailbox, found.events)
          return found.owner.map { AccountEvent.foreign($0, event) } ?? event
        }
    }
  }

  /// Whether anything waits.
  package var isEmpty: Bool {
    content.withLock { $0.messages.isEmpty && $0.others.isEmpty && !$0.isOverfull }
  }

  func add(_ events: [AccountEvent]) {
    content.withLock { content in
      for event in events {
        switch event {
        case .messages(let mailbox, let kinds): content.add(nil, mailbox, kinds)
        case .foreign(let owner, .messages(let mailbox, let kinds)): content.add(owner, mailbox, kinds)
        default: content.others.append(event)
        }
      }
      if content.others.count > Self.limit || content.messages.count > Self.limit {
        content = Content()
        content.isOverfull = true
      }
    }
  }
}

/// The listeners of one lane's accounts, and those of others who may be let into their mailboxes.
final class FeedRegistry: Sendable {
  private struct Listener {
    weak var feed: AccountFeed?
  }
  private struct Content {
    var owners: [AccountID: [Listener]] = [:]
    /// By whose rights they look.
    var guests: [AccountID: [Listener]] = [:]
  }

  private let listeners = Mutex(Content())

  func add(_ feed: AccountFeed, _ account: AccountID) {
    listeners.withLock { Self.add(feed, account, &$0.owners) }
  }

  /// For what other accounts of this lane share with `account`.
  func add(guest feed: AccountFeed, _ account: AccountID) {
    listeners.withLock { Self.add(feed, account, &$0.guests) }
  }

  private static func add(_ feed: AccountFeed, _ account: AccountID, _ list: inout [AccountID: [Listener]]) {
    list[account, default: []].removeAll { $0.feed == nil }
    list[account, default: []].append(Listener(feed: feed))
  }

  /// Hands a batch's events to those who listen; whom to wake. `access` is as of this batch.
  func publish(
    _ events: [(account: AccountID, event: AccountEvent)], _ edits: [MailboxKey: MailboxEdit], _ access: AccessTable
  ) -> [@Sendable () -> Void] {
    listeners.withLock { listeners in
      if listeners.owners.isEmpty, listeners.guests.isEmpty { return [] }
      var wakes: [@Sendable () -> Void] = []
      Self.tell(&listeners.owners, &wakes) { account in Self.own(events, edits, account) }
      if listeners.guests.isEmpty { return wakes }
      // Nearly all mailboxes are shared with nobody.
      let shared = edits.compactMap { key, edit -> Shared? in
        let list = access.list(key)
        return list.isEmpty ? nil : Shared(key: key, edit: edit, list: list)
      }
      let others = events.filter { if case .access = $0.event { true } else { access.isShared(by: $0.account) } }
      if shared.isEmpty, others.isEmpty { return wakes }
      Self.tell(&listeners.guests, &wakes) { who in Self.foreign(others, shared, who, access) }
      return wakes
    }
  }

  private struct Shared {
    var key: MailboxKey
    var edit: MailboxEdit
    var list: [AccessEntry]
  }

  private static func tell(
    _ list: inout [AccountID: [Listener]], _ wakes: inout [@Sendable () -> Void],
    _ news: (AccountID) -> [AccountEvent]
  ) {
    for account in Array(list.keys) {
      let feeds = (list[account] ?? []).compactMap(\.feed)
      if feeds.isEmpty {
        list[account] = nil
        continue
      }
      let told = news(account)
      if told.isEmpty { continue }
      for feed in feeds {
        feed.add(told)
        wakes.append(feed.wake)
      }
    }
  }

  private static func own(
    _ events: [(account: AccountID, event: AccountEvent)], _ edits: [MailboxKey: MailboxEdit], _ account: AccountID
  ) -> [AccountEvent] {
    var told: [AccountEvent] = []
    for (owner, event) in events where owner == account {
      if case .access = event { continue }
      told.append(event)
    }
    for (key, edit) in edits where key.account == account {
      let kinds = MessageEvents(edit, for: account)
      if !kinds.isEmpty { told.append(.messages(key.mailbox, kinds)) }
    }
    return told
  }

  /// RFC 5465 §5: with the rights to look up and to read.
  private static func foreign(
    _ events: [(account: AccountID, event: AccountEvent)], _ shared: [Shared], _ who: AccountID, _ access: AccessTable
  ) -> [AccountEvent] {
    var told: [AccountEvent] = []
    for (owner, event) in events where owner != who {
      switch event {
      case .annotated(let mailbox?, let entries):
        let shown = entries.filter { $0.hasPrefix("/shared/") }
        let rights = access.rights(of: who, in: MailboxKey(account: owner, mailbox: mailbox))
        guard !shown.isEmpty, rights.isSuperset(of: [.lookup, .read]) else { continue }
        told.append(.foreign(owner, .annotated(mailbox, entries: shown)))
      case .access(let mailbox, let name, let before, let after):
        let (had, has) = (before.rights(of: who, owner), after.rights(of: who, owner))
        guard had.intersection([.lookup, .read]) != has.intersection([.lookup, .read]),
          had.union(has).contains(.lookup)
        else { continue }
        told.append(.foreign(owner, .access(mailbox, name: name, before: [], after: [])))
      default: continue
      }
    }
    for entry in shared where entry.key.account != who {
      guard entry.list.rights(of: who, entry.key.account).isSuperset(of: [.lookup, .read]) else { continue }
      let kinds = MessageEvents(entry.edit, for: who)
      if !kinds.isEmpty { told.append(.foreign(entry.key.account, .messages(entry.key.mailbox, kinds))) }
    }
    return told
  }
}

extension MessageEvents {
  /// What `member` sees of it.
  init(_ edit: MailboxEdit, for member: AccountID) {
    self = []
    let own = edit.members.isEmpty ? nil : edit.members[member]
    if !edit.table.added.isEmpty || own?.shown.isEmpty == false { insert(.new) }
    if !edit.table.removed.isEmpty || own?.hidden.isEmpty == false { insert(.expunged) }
    if !edit.table.flagged.isEmpty || own?.flagged.isEmpty == false { insert(.flagged) }
  }
}
