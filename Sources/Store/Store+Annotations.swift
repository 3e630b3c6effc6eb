extension Store {
  /// The annotations of a mailbox, or (nil) those that this account made of the server, sorted by entry.
  ///
  /// `who` (nil: the account itself) sees private ones of his own besides the shared ones (RFC 5464 §3.3).
  package func annotations(
    of mailbox: MailboxID?, of account: AccountID, for who: AccountID? = nil
  ) async throws(StoreFault) -> [Annotation] {
    try await lane(of: account).read { reader throws(StoreFault) in
      try reader.annotations(of: mailbox, account, for: who ?? account)
    }
  }

  /// Sets and removes entries, all or none. False: there would be too many, and nothing was changed.
  package func annotate(
    _ changes: [AnnotationChange], of mailbox: MailboxID?, of account: AccountID, by who: AccountID? = nil,
    _ limits: AnnotationLimits
  ) async throws(StoreFault) -> Bool {
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.annotate(changes, of: mailbox, of: account, by: who ?? account, limits)
    }
  }

  /// What happens in an account, and in what others share with it, from now on, until the feed is let go. `wake` is called on a lane's thread: it must only note that.
  package func feed(
    of account: AccountID, wake: @escaping @Sendable () -> Void
  ) throws(StoreFault) -> AccountFeed {
    let feed = AccountFeed(wake)
    try lane(of: account).feeds.add(feed, account)
    for lane in lanes { lane.feeds.add(guest: feed, account) }
    return feed
  }
}
