import Database
import Logging

extension Store {
  /// All mailbox names of the account, INBOX first, then by name.
  package func mailboxes(of account: AccountID) async throws(StoreFault) -> [MailboxInfo] {
    let lane = try lane(of: account)
    if let known = lane.trees.list(of: account) { return known }
    return try await lane.read { reader throws(StoreFault) in try reader.mailboxes(of: account) }
  }

  /// The mailbox with this name ("inbox" in any case is INBOX). Throws `.noSuchMailbox`.
  package func mailbox(named name: String, of account: AccountID) async throws(StoreFault) -> MailboxInfo {
    let path: MailboxPath
    do throws(StoreFault) { path = try MailboxPath(name) } catch { throw .noSuchMailbox }
    let all = try await mailboxes(of: account)
    guard let found = all.first(where: { $0.name == path.name }) else { throw .noSuchMailbox }
    return found
  }

  /// Creates a mailbox and the levels above it that are missing (RFC 9051 §6.3.4); a "/" at the end is ignored.
  ///
  /// Throws `.mailboxExists`, `.badMailboxName`, `.notPermitted` when another mailbox has the role.
  package func createMailbox(
    _ name: String, role: MailboxRole? = nil, of account: AccountID
  ) async throws(StoreFault) -> MailboxInfo {
    let path = try MailboxPath(name)
    return try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.createMailbox(path, role: role, of: account)
    }
  }

  /// Deletes a mailbox with its messages; one with children stays as \Noselect (RFC 9051 §6.3.5).
  ///
  /// Throws `.notPermitted` for INBOX and for a \Noselect name that has children.
  package func deleteMailbox(_ name: String, of account: AccountID) async throws(StoreFault) {
    let path = try MailboxPath(name)
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.deleteMailbox(path, of: account)
    }
  }

  /// Renames a mailbox and everything below it at once (RFC 9051 §6.3.6). INBOX: its messages move to the new mailbox, INBOX stays.
  package func renameMailbox(
    _ name: String, to newName: String, of account: AccountID
  ) async throws(StoreFault) -> MailboxInfo {
    let path = try MailboxPath(name)
    let newPath = try MailboxPath(newName)
    return try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.renameMailbox(path, to: newPath, of: account)
    }
  }

  /// SUBSCRIBE and UNSUBSCRIBE. The name need not exist (RFC 9051 §6.3.7).
  package func setSubscribed(_ name: String, _ isSubscribed: Bool, of account: AccountID) async throws(StoreFault) {
    let path = try MailboxPath(name)
    try await lane(of: account).perform { transaction throws(StoreFault) in
      try transaction.setSubscribed(path, isSubscribed, of: account)
    }
  }

  /// All subscribed names, sorted, those of missing mailboxes too.
  package func subscriptions(of account: AccountID) async throws(StoreFault) -> [String] {
    try await lane(of: account).read { reader throws(StoreFault) in try reader.subscriptions(of: account) }
  }

  /// The numbers of STATUS for `member` (nil: the owner), also for a mailbox that nobody has open. Throws `.notSelectable`.
  ///
  /// Counting takes as long as opening, and whoever asks now asks again soon: the picture is made and kept a while.
  package func status(
    of mailbox: MailboxID, of account: AccountID, for member: AccountID? = nil
  ) async throws(StoreFault) -> MailboxStatus {
    try await open(mailbox, of: account, for: member, claimRecent: false).view.status
  }

  /// Opens a mailbox for a session of `member` (nil: of the owner). `claimRecent`: SELECT true, EXAMINE and everything else false.
  package func open(
    _ mailbox: MailboxID, of account: AccountID, for member: AccountID? = nil, claimRecent: Bool
  ) async throws(StoreFault) -> OpenMailbox {
    let lane = try lane(of: account)
    let member = member ?? account
    while true {
      let key = viewKey(MailboxKey(account: account, mailbox: mailbox), member, lane)
      let view = try await view(key, lane)
      // Its members may have got an own state each, or lost it, while it was read.
      if view.member == viewKey(key.mailbox, member, lane).member {
        return OpenMailbox(view, lane, member: member, claimRecent: claimRecent)
      }
    }
  }

  private func viewKey(_ key: MailboxKey, _ member: AccountID, _ lane: Lane) -> ViewKey {
    ViewKey(key, lane.members.isOwn(key) ? member : nil)
  }

  /// The shared picture of a mailbox, made when there is none.
  private func view(_ key: ViewKey, _ lane: Lane) async throws(StoreFault) -> MailboxView {
    if let view = lane.registry.view(key) { return view }
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<MailboxView, StoreFault>, Never>) in
      if lane.registry.ask(key, { continuation.resume(returning: $0) }) { load(key, lane) }
    }
    return try result.get()
  }

  private func load(_ key: ViewKey, _ lane: Lane) {
    lane.queueRead { reader throws(StoreFault) in
      try reader.load(key)
    } _: { result in
      let make = { @Sendable state in
        MailboxView(key, state: state) { [weak lane] key, uid in lane?.noteRecent(key, uid) }
      }
      lane.registry.loaded(key, batch: result.batch, result.state, make: make)
    }
  }

  /// UIDs expunged, moved away or hidden since `modseq`, as ranges ascending (RFC 7162 VANISHED EARLIER).
  package func vanished(since modseq: Modseq, in mailbox: OpenMailbox) async throws(StoreFault) -> [ClosedRange<UID>] {
    let key = ViewKey(mailbox.view.key, mailbox.view.member)
    return try await lane(of: mailbox.account).read { reader throws(StoreFault) in
      try reader.vanished(since: modseq, key)
    }
  }
}

extension Result<(value: MailboxState, batch: Int64), StoreFault> {
  fileprivate var batch: Int64 {
    switch self {
    case .success(let loaded): loaded.batch
    case .failure: 0
    }
  }

  fileprivate var state: Result<MailboxState, StoreFault> { map(\.value) }
}

extension Lane {
  /// Makes durable, some time soon, up to where messages were shown as \Recent. Nobody waits for it.
  func noteRecent(_ key: ViewKey, _ uid: UID) {
    submit(weight: 0) { transaction throws(StoreFault) in
      try transaction.setRecent(key, uid)
    } _: { [logger] (result: Result<Void, StoreFault>) in
      switch result {
      case .success, .failure(.closed), .failure(.noSuchMailbox), .failure(.noSuchAccount): break
      case .failure(let fault): logger.error("could not note recent messages", metadata: ["fault": "\(fault)"])
      }
    }
  }
}

extension LaneTransaction {
  func setRecent(_ view: ViewKey, _ uid: UID) throws(StoreFault) {
    let key = view.mailbox
    _ = try account(key.account).mailbox(key.mailbox)
    if let member = view.member { return try setRecent(uid, of: member, key) }
    willChange()
    try run(
      AccountSQL.setRecent, [.int(key.account.raw), .int(key.mailbox.raw), .int(Int64(uid))])
  }
}
