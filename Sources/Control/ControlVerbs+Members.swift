internal import Directory
internal import Phrases
internal import Store

// Mailboxes whose members have an own state each.
extension ControlVerbs {
  /// address, mailbox, mode?
  func mailboxState(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, name, id) = try await mailbox(arguments)
    if let mode = try arguments.word("mode", StateMode.self) {
      try await keeping(name) { () throws(StoreFault) in try await store.setStateMode(mode, of: id, of: account) }
    }
    let mode = store.stateMode(of: id, of: account)
    let members = try await keeping(name) { () throws(StoreFault) in try await store.members(of: id, of: account) }
    let rows = members.map { member -> ControlValue in
      [
        "member": .text(member.account.flatMap { directory.snapshot.account($0.raw)?.address } ?? "anyone"),
        "joinedAt": .int(member.joinedAt), "messages": .int(Int64(member.messages)),
        "unseen": .int(Int64(member.unseen)), "hidden": .int(Int64(member.hidden)),
      ]
    }
    return (
      mode == .own ? .mailboxStateOwn(name) : .mailboxStateShared(name),
      ["mailbox": .text(name), "state": .text(mode.rawValue), "members": .list(rows)]
    )
  }

  /// address, mailbox, member, and one of: uids, all
  func showToMember(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, name, id) = try await mailbox(arguments)
    let address = try arguments.text("member")
    guard let found = directory.snapshot.accountNamed(address) else { throw ControlRefusal(.accountUnknown(address)) }
    let member = AccountID(raw: found.account)
    guard store.stateMode(of: id, of: account) == .own else { throw ControlRefusal(.mailboxStateShared(name)) }
    let ranges = try ranges(arguments)
    let count = try await keeping(name) { () throws(StoreFault) in
      do throws(StoreFault) {
        return try await store.show(ranges, to: member, in: id, of: account)
      } catch .noPermission { return -1 }
    }
    if count < 0 { throw ControlRefusal(.memberUnknown(found.address, name)) }
    return (.mailboxShown(count), ["shown": .int(Int64(count))])
  }

  /// address, mailbox, and one of: uids, all
  func expungeForAll(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, name, id) = try await mailbox(arguments)
    let ranges = try ranges(arguments)
    let count = try await keeping(name) { () throws(StoreFault) in
      try await store.expungeForAll(ranges, in: id, of: account)
    }
    return (.mailboxExpunged(count), ["expunged": .int(Int64(count))])
  }

  private func mailbox(
    _ arguments: ControlArguments
  ) async throws(ControlRefusal) -> (Store, AccountID, String, MailboxID) {
    let (store, account, _) = try owner(arguments)
    let name = try arguments.text("mailbox")
    let info = try await keeping(name) { () throws(StoreFault) in try await store.mailbox(named: name, of: account) }
    if !info.isSelectable { throw ControlRefusal(.mailboxUnknown(name)) }
    return (store, account, info.name, info.id)
  }

  private func ranges(_ arguments: ControlArguments) throws(ControlRefusal) -> [ClosedRange<UID>] {
    let texts = try arguments.texts("uids")
    if texts.isEmpty {
      guard try arguments.flag("all") else { throw ControlRefusal(.uidsMissing) }
      return [1...UID.max]
    }
    var ranges: [ClosedRange<UID>] = []
    for text in texts {
      guard let found = UIDText.ranges(text) else { throw ControlArguments.invalid("uids", text, .remedyUIDs) }
      ranges += found
    }
    return ranges
  }
}
