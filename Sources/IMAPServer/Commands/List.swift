import IMAP
import Mail
import Net
import Store

/// LIST in both forms, and LSUB (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 3501 §6.3.9).
struct ListCommand: Sendable {
  let list: IMAPCommand.List
  let isLsub: Bool
  let context: CommandContext

  /// Output is handed to the connection in pieces of about this size.
  private static let outputPiece = 32 << 10

  /// Octets of patterns with wildcards that are compared with every name, at most.
  private static let patternLimit = 4_096
  /// Names that are looked at before others get the thread.
  private static let namesTogether = 64

  func run() async -> CommandReply {
    // Off the event loop: every name is compared with every pattern.
    await withTaskExecutorPreference(globalConcurrentExecutor) { await answer() }
  }

  private func answer() async -> CommandReply {
    do {
      if !list.isExtended, list.patterns == [""] { return try await rootAnswer() }
      let mailboxes = try await context.store.mailboxes(of: context.account)
      let shared = try await self.shared()
      let patterns = list.patterns.map { MailboxPattern(reference: list.reference, $0) }
      guard patterns.reduce(0, { $0 + $1.cost }) <= Self.patternLimit else {
        return .no("The patterns are too long together", .limit)
      }
      var responses = context.responses()
      var entries = try await entries(mailboxes, shared)
      for index in entries.indices {
        entries[index].match(patterns)
        if index % Self.namesTogether == Self.namesTogether - 1 { await Task.yield() }
      }
      let below = below(entries)
      for entry in entries {
        guard let answer = answer(entry, below) else { continue }
        let name = MailboxName(entry.name)
        if isLsub {
          responses.lsub(name, attributes: answer.attributes)
        } else {
          responses.list(name, attributes: answer.attributes, childInfo: answer.extended)
        }
        if let info = entry.info, answer.isMatch { try await writeFacts(info, entry.owner, name, &responses) }
        if responses.bytes.count >= Self.outputPiece {
          try await context.out.write(responses.bytes)
          responses.bytes.removeAll(keepingCapacity: true)
        }
      }
      try await writeAliases(mailboxes, entries, &responses)
      try await context.out.write(responses.bytes)
      return .ok(isLsub ? "Lsub completed" : "List completed")
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
  }

  /// RFC 9051 §6.3.9: an empty pattern asks for the delimiter and the root.
  private func rootAnswer() async throws -> CommandReply {
    var responses = context.responses()
    if isLsub {
      responses.lsub(MailboxName(""), attributes: [.noSelect])
    } else {
      responses.listDelimiter()
    }
    try await context.out.write(responses.bytes)
    return .ok("List completed")
  }

  /// A name that can be listed: a mailbox, a subscription to one that is gone, or a level of other users' names.
  private struct Entry {
    var name: String
    var info: MailboxInfo?
    var isSubscribed: Bool
    var owner: AccountID?
    /// Only holds mailboxes that others share.
    var isLevel = false
    /// A pattern fits; one without `*` does.
    var isNamed = false
    var isNamedByLevel = false

    mutating func match(_ patterns: [MailboxPattern]) {
      let name = MailboxName(name)
      isNamed = patterns.contains { $0.matches(name) }
      isNamedByLevel = isNamed && isLevel && patterns.contains { !$0.text.contains("*") && $0.matches(name) }
    }
  }

  /// What others share with this user; nothing is asked of a disk while there is none.
  private func shared() async throws(StoreFault) -> [NamedMailbox] {
    if context.store.owners(sharingWith: context.account).isEmpty { return [] }
    return try await context.finder.shared(Set(try await context.store.subscriptions(of: context.account)))
  }

  private var wantsSubscribed: Bool { isLsub || list.selection.contains(.subscribed) }

  private func entries(_ mailboxes: [MailboxInfo], _ shared: [NamedMailbox]) async throws(StoreFault) -> [Entry] {
    var entries = mailboxes.map { Entry(name: $0.name, info: $0, isSubscribed: $0.isSubscribed) }
    var known = Set(mailboxes.map(\.name))
    known.formUnion(shared.map(\.info.name))
    for mailbox in shared {
      for level in MailboxName(mailbox.info.name).ancestors() where known.insert(level.text).inserted {
        entries.append(Entry(name: level.text, info: nil, isSubscribed: false, isLevel: true))
      }
      let info = mailbox.info
      entries.append(Entry(name: info.name, info: info, isSubscribed: info.isSubscribed, owner: mailbox.owner))
    }
    guard wantsSubscribed else { return entries }
    let missing = try await context.store.subscriptions(of: context.account).filter { !known.contains($0) }
    known.formUnion(missing)
    for name in missing {
      // Levels above it that are no names themselves can stand for it (RFC 5258 §3.5, RFC 3501 §6.3.9).
      for parent in MailboxName(name).ancestors() where known.insert(parent.text).inserted {
        entries.append(Entry(name: parent.text, info: nil, isSubscribed: false))
      }
      entries.append(Entry(name: name, info: nil, isSubscribed: true))
    }
    return entries
  }

  private struct Answer {
    var attributes: [MailboxAttribute]
    var extended: [String]
    /// False for a parent that stands only for its children (RECURSIVEMATCH, LSUB's `%`).
    var isMatch: Bool
  }

  private func answer(_ entry: Entry, _ below: [String: Below]) -> Answer? {
    guard entry.isNamed else { return nil }
    var isMatch = true
    if wantsSubscribed {
      isMatch = entry.isSubscribed
    } else if entry.isLevel {
      // RFC 9051 §6.3.9: levels are returned for "%". RFC 4314 §4: for "*" a parent that may not be seen is not there.
      isMatch = entry.isNamedByLevel
    } else {
      isMatch = entry.info != nil
    }
    if list.selection.contains(.specialUse), !hasUse(entry) { isMatch = false }
    // REMOTE widens the selection to other servers' mailboxes, of which there are none (RFC 5258 §3.1).
    var extended: [String] = []
    // RFC 5258 §3.5: CHILDINFO also where the mailbox itself matches.
    if isLsub ? !isMatch : list.selection.contains(.recursiveMatch) {
      let found = below[entry.name].flatMap { criteria($0, isMatch: isMatch) }
      guard isMatch || found != nil else { return nil }
      extended = found ?? []
    } else if !isMatch {
      return nil
    }
    return Answer(attributes: attributes(entry, isMatch: isMatch), extended: extended, isMatch: isMatch)
  }

  /// What is below a name and meets the selection.
  private struct Below {
    /// One of them is not told anyway.
    var hasHidden = false
    var hasSubscribed = false
    var hasUse = false
  }

  /// Of every name with descendants that meet the selection, found in one walk.
  private func below(_ entries: [Entry]) -> [String: Below] {
    guard isLsub || list.selection.contains(.recursiveMatch) else { return [:] }
    var below: [String: Below] = [:]
    for entry in entries where isLsub ? entry.isSubscribed : meetsSelection(entry) {
      for level in MailboxName(entry.name).ancestors() {
        var found = below[level.text] ?? Below()
        if !entry.isNamed { found.hasHidden = true }
        if entry.isSubscribed { found.hasSubscribed = true }
        if hasUse(entry) { found.hasUse = true }
        below[level.text] = found
      }
    }
    return below
  }

  /// Which criteria a descendant meets (RFC 5258 §3.5 CHILDINFO); nil when none does.
  ///
  /// A name that does not match itself is told only where a descendant that meets them is not told anyway (§3.5: SHOULD).
  private func criteria(_ below: Below, isMatch: Bool) -> [String]? {
    // RFC 3501 §6.3.9: with `%` a parent of subscribed names is listed, \Noselect; with `*` the children stand for themselves.
    if isLsub { return below.hasHidden ? [] : nil }
    if !isMatch, !below.hasHidden { return nil }
    var criteria: [String] = []
    if list.selection.contains(.subscribed), below.hasSubscribed { criteria.append("SUBSCRIBED") }
    if list.selection.contains(.specialUse), below.hasUse { criteria.append("SPECIAL-USE") }
    return criteria.isEmpty ? nil : criteria
  }

  private func hasUse(_ entry: Entry) -> Bool { entry.info?.role.flatMap(SpecialUse.attribute) != nil }

  /// Whether a name meets every selection option that was given (RFC 5258 §3.1).
  private func meetsSelection(_ entry: Entry) -> Bool {
    (!list.selection.contains(.subscribed) || entry.isSubscribed)
      && (!list.selection.contains(.specialUse) || hasUse(entry))
  }

  private func attributes(_ entry: Entry, isMatch: Bool) -> [MailboxAttribute] {
    guard let info = entry.info else {
      // RFC 5258 §3: \NonExistent implies \Noselect; LSUB's clients know only the latter.
      if isLsub { return [.noSelect] }
      if entry.isLevel { return [.noSelect, .hasChildren] }
      return entry.isSubscribed ? [.nonExistent, .subscribed] : [.nonExistent]
    }
    var attributes: [MailboxAttribute] = []
    if !info.isSelectable || (isLsub && !isMatch) { attributes.append(.noSelect) }
    if isLsub { return attributes }
    attributes.append(info.hasChildren ? .hasChildren : .hasNoChildren)
    if let use = info.role.flatMap(SpecialUse.attribute) { attributes.append(use) }
    if info.isSubscribed, wantsSubscribed || list.returns.contains(.subscribed) { attributes.append(.subscribed) }
    return attributes
  }

  /// What RETURN asked for besides: rights, STATUS, annotations.
  private func writeFacts(
    _ info: MailboxInfo, _ owner: AccountID?, _ name: MailboxName, _ responses: inout ResponseWriter
  ) async throws(StoreFault) {
    let owner = owner ?? context.account
    let rights = context.store.rights(of: context.account, in: info.id, of: owner)
    // RFC 8440 §3.
    if list.returns.contains(.myRights) { responses.myRights(name, rights.text) }
    if !list.status.isEmpty, info.isSelectable, rights.contains(.read) {
      try await writeStatus(info, owner, name, &responses)
    }
    if !list.metadata.isEmpty {
      let mailbox = NamedMailbox(info: info, owner: owner, rights: rights, path: info.name)
      do throws(StoreFault) { try MetadataEntry.check(mailbox) } catch { return }
      try await writeMetadata(info, owner, name, &responses)
    }
  }

  /// RFC 9590 §3: the values that are there; nothing where there is none.
  private func writeMetadata(
    _ info: MailboxInfo, _ owner: AccountID, _ name: MailboxName, _ responses: inout ResponseWriter
  ) async throws(StoreFault) {
    let mailbox = NamedMailbox(info: info, owner: owner, rights: [], path: info.name)
    let found =
      try await context.store.annotations(of: info.id, of: owner, for: context.account)
      .filter { $0.entry != MetadataEntry.specialUse } + [MemberEntry.state(of: mailbox, context)]
      + MetadataEntry.uses(of: mailbox)
    let wanted = list.metadata.map { entry in
      (name: entry, value: found.first { ASCII.equal($0.entry, entry) }?.value)
    }
    responses.metadata(name, wanted)
  }

  /// Asked for by an exact name that is another one for a mailbox with a role, and under which none is listed: a client that looks
  /// whether its "Sent Items" is there finds it, and is told what it asked for besides.
  private func writeAliases(
    _ mailboxes: [MailboxInfo], _ entries: [Entry], _ responses: inout ResponseWriter
  ) async throws {
    if list.selection.contains(.recursiveMatch) { return }
    for text in list.patterns where MailboxPattern(reference: list.reference, text).isLiteral {
      let name = MailboxName(list.reference + text)
      guard let info = MailboxAliases.find(name, in: mailboxes),
        let entry = entries.first(where: { $0.name == info.name }), !wantsSubscribed || entry.isSubscribed,
        !list.selection.contains(.specialUse) || hasUse(entry)
      else { continue }
      if isLsub {
        responses.lsub(name, attributes: attributes(entry, isMatch: true))
        continue
      }
      let told = context.modes.rev2 ? MailboxName(info.name) : name
      responses.list(
        told, attributes: attributes(entry, isMatch: true), oldName: context.modes.rev2 ? name : nil)
      try await writeFacts(info, nil, told, &responses)
      if responses.bytes.count >= Self.outputPiece {
        try await context.out.write(responses.bytes)
        responses.bytes.removeAll(keepingCapacity: true)
      }
    }
  }

  /// The attributes of LIST where nothing special was asked.
  static func attributes(of info: MailboxInfo) -> [MailboxAttribute] {
    var attributes: [MailboxAttribute] = info.isSelectable ? [] : [.noSelect]
    attributes.append(info.hasChildren ? .hasChildren : .hasNoChildren)
    if let use = info.role.flatMap(SpecialUse.attribute) { attributes.append(use) }
    return attributes
  }

  private func writeStatus(
    _ info: MailboxInfo, _ owner: AccountID, _ name: MailboxName, _ responses: inout ResponseWriter
  ) async throws(StoreFault) {
    do throws(StoreFault) {
      try await StatusCommand.write(list.status, of: info, in: owner, as: name, context, &responses)
    } catch .noSuchMailbox {
      // Deleted since the names were read: RFC 5819 §2 leaves its STATUS out.
    }
  }
}
