import Synchronization

/// A mailbox in use by one session: the shared in-memory view, and this session's claim on \Recent.
///
/// Take one for each SELECT/EXAMINE (or POP3 log-in) and let go of it when the session leaves. All of them on one mailbox share
/// one table. Every change by any protocol is in `state` after it is durable, and before the subscribers are called.
package final class OpenMailbox: Sendable {
  package let account: AccountID
  package let id: MailboxID
  /// Who looks at it.
  package let member: AccountID
  let view: MailboxView
  private let lane: Lane
  private let claims: Bool

  init(_ view: MailboxView, _ lane: Lane, member: AccountID, claimRecent: Bool) {
    self.lane = lane
    self.member = member
    account = view.key.account
    id = view.key.mailbox
    self.view = view
    claims = claimRecent
  }

  deinit { if claims { view.noteRecent() } }

  /// The newest published state. Cheap: a lock and a few retains.
  package var state: MailboxState { view.state }

  /// Called when this session's client is told of all messages below `end`: the first of them that is \Recent for it, `end` for none.
  ///
  /// `isFirst`: at SELECT, where what was taken becomes durable soon; later marks wait for the session's end, so that a delivery
  /// to an idle client costs no write.
  package func takeRecent(before end: UID, isFirst: Bool = false) -> UID {
    view.takeRecent(before: end, takes: claims, notes: isFirst)
  }

  /// Each member has an own state here: flags of `Flags.own`, and what is hidden.
  package var isOwnState: Bool { view.member != nil }

  /// What `who` may do now by the access list.
  func listedRights(of who: AccountID) -> AccessRights { lane.access.rights(of: who, in: view.key) }

  /// Calls `wake` after each change of this mailbox until the subscription is cancelled or dropped.
  ///
  /// It runs on a lane's thread: it must only note the wake-up and return, never call the store.
  package func subscribe(_ wake: @escaping @Sendable () -> Void) -> Subscription { view.subscribe(wake) }
}

/// Ends a subscription when cancelled or dropped.
package final class Subscription: Sendable {
  private let view: MailboxView
  private let number: UInt64

  init(_ view: MailboxView, _ number: UInt64) {
    self.view = view
    self.number = number
  }

  deinit { cancel() }

  package func cancel() { view.unsubscribe(number) }
}
