import Synchronization

/// Something that happened in an account, told after it is durable and published.
package enum AccountEvent: Sendable, Equatable {
  /// Messages came, went or changed.
  case messages(MailboxID, MessageEvents)
  case created(name: String)
  case deleted(name: String)
  case renamed(from: String, to: String)
  case subscribed(name: String, Bool)
  /// Entries were set or removed; nil is the server.
  case annotated(MailboxID?, entries: [String])
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
    var messages: [(mailbox: MailboxID, events: MessageEvents)] = []
    var others: [AccountEvent] = []
    var isOverfull = false
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
      return taken.others + taken.messages.map { .messages($0.mailbox, $0.events) }
    }
  }

  /// Whether anything waits.
  package var isEmpty: Bool {
    content.withLock { $0.messages.isEmpty && $0.others.isEmpty && !$0.isOverfull }
  }

  func add(_ events: [AccountEvent]) {
    content.withLock { content in
      for event in events {
        if case .messages(let mailbox, let kinds) = event {
          if let place = content.messages.firstIndex(where: { $0.mailbox == mailbox }) {
            content.messages[place].events.formUnion(kinds)
          } else {
            content.messages.append((mailbox, kinds))
          }
        } else {
          content.others.append(event)
        }
      }
      if content.others.count > Self.limit || content.messages.count > Self.limit {
        content = Content()
        content.isOverfull = true
      }
    }
  }
}

/// The listeners of one lane's accounts.
final class FeedRegistry: Sendable {
  private struct Listener {
    weak var feed: AccountFeed?
  }

  private let listeners = Mutex<[AccountID: [Listener]]>([:])

  func add(_ feed: AccountFeed, _ account: AccountID) {
    listeners.withLock { listeners in
      listeners[account, default: []].removeAll { $0.feed == nil }
      listeners[account, default: []].append(Listener(feed: feed))
    }
  }

  /// Hands a batch's events to those who listen; whom to wake.
  func publish(
    _ events: [(account: AccountID, event: AccountEvent)], _ edits: [MailboxKey: MailboxEdit]
  ) -> [@Sendable () -> Void] {
    listeners.withLock { listeners in
      if listeners.isEmpty { return [] }
      var wakes: [@Sendable () -> Void] = []
      for account in Array(listeners.keys) {
        let feeds = (listeners[account] ?? []).compactMap(\.feed)
        if feeds.isEmpty {
          listeners[account] = nil
          continue
        }
        var told = events.filter { $0.account == account }.map(\.event)
        for (key, edit) in edits where key.account == account {
          let kinds = MessageEvents(edit, for: account)
          if !kinds.isEmpty { told.append(.messages(key.mailbox, kinds)) }
        }
        if told.isEmpty { continue }
        for feed in feeds {
          feed.add(told)
          wakes.append(feed.wake)
        }
      }
      return wakes
    }
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
