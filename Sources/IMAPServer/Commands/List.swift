import IMAP
import Net
import Store

/// LIST in both forms, and LSUB (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 3501 §6.3.9).
struct ListCommand: Sendable {
  let list: IMAPCommand.List
  let isLsub: Bool
  let context: CommandContext

  func run() async -> CommandReply {
    do {
      if !list.isExtended, list.patterns == [""] { return try await rootAnswer() }
      let mailboxes = try await context.store.mailboxes(of: context.account)
      let patterns = list.patterns.map { MailboxPattern(reference: list.reference, $0) }
      var responses = context.responses()
      for entry in try await entries(mailboxes) {
        guard let answer = answer(entry, patterns, mailboxes) else { continue }
        let name = MailboxName(entry.name)
        if isLsub {
          responses.lsub(name, attributes: answer.attributes)
        } else {
          responses.list(name, attributes: answer.attributes, childInfo: answer.extended)
        }
        if !list.status.isEmpty, let info = entry.info, info.isSelectable, answer.isMatch {
          try await writeStatus(info, &responses)
        }
      }
      try await context.out.write(responses.bytes)
      return .ok(isLsub ? "Lsub completed" : "List completed")
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .no("The connection is closed")
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

  /// A name that can be listed: a mailbox, or a subscription to one that is gone.
  private struct Entry {
    var name: String
    var info: MailboxInfo?
    var isSubscribed: Bool
  }

  private var wantsSubscribed: Bool { isLsub || list.selection.contains(.subscribed) }

  private func entries(_ mailboxes: [MailboxInfo]) async throws(StoreFault) -> [Entry] {
    var entries = mailboxes.map { Entry(name: $0.name, info: $0, isSubscribed: $0.isSubscribed) }
    guard wantsSubscribed else { return entries }
    let known = Set(mailboxes.map(\.name))
    for name in try await context.store.subscriptions(of: context.account) where !known.contains(name) {
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

  private func answer(_ entry: Entry, _ patterns: [MailboxPattern], _ all: [MailboxInfo]) -> Answer? {
    let name = MailboxName(entry.name)
    guard patterns.contains(where: { $0.matches(name) }) else { return nil }
    var isMatch = true
    if wantsSubscribed, !entry.isSubscribed { isMatch = false }
    if list.selection.contains(.specialUse), entry.info?.role.flatMap(SpecialUse.attribute) == nil { isMatch = false }
    // REMOTE widens the selection to other servers' mailboxes, of which there are none (RFC 5258 §3.1).
    var extended: [String] = []
    if !isMatch {
      guard isLsub || list.selection.contains(.recursiveMatch), let found = matchingChildren(of: entry, all, patterns)
      else { return nil }
      extended = found
    }
    return Answer(attributes: attributes(entry, isMatch: isMatch), extended: extended, isMatch: isMatch)
  }

  /// Which criteria a descendant meets (RFC 5258 §3.5 CHILDINFO); nil when none does.
  private func matchingChildren(of entry: Entry, _ all: [MailboxInfo], _ patterns: [MailboxPattern]) -> [String]? {
    let below = all.filter { $0.name.hasPrefix(entry.name + "/") }
    if isLsub {
      // RFC 3501 §6.3.9: with `%` a parent of subscribed names is listed, \Noselect; with `*` the children stand for themselves.
      guard
        below.contains(where: { child in
          child.isSubscribed && !patterns.contains { $0.matches(MailboxName(child.name)) }
        })
      else { return nil }
      return []
    }
    var criteria: [String] = []
    if list.selection.contains(.subscribed), below.contains(where: \.isSubscribed) { criteria.append("SUBSCRIBED") }
    if list.selection.contains(.specialUse),
      below.contains(where: { $0.role.flatMap(SpecialUse.attribute) != nil })
    {
      criteria.append("SPECIAL-USE")
    }
    return criteria.isEmpty ? nil : criteria
  }

  private func attributes(_ entry: Entry, isMatch: Bool) -> [MailboxAttribute] {
    guard let info = entry.info else {
      // RFC 5258 §3: \NonExistent implies \Noselect; LSUB's clients know only the latter.
      return isLsub ? [.noSelect] : [.nonExistent, .subscribed]
    }
    var attributes: [MailboxAttribute] = []
    if !info.isSelectable || (isLsub && !isMatch) { attributes.append(.noSelect) }
    if isLsub { return attributes }
    attributes.append(info.hasChildren ? .hasChildren : .hasNoChildren)
    if let use = info.role.flatMap(SpecialUse.attribute) { attributes.append(use) }
    if info.isSubscribed, wantsSubscribed || list.returns.contains(.subscribed) { attributes.append(.subscribed) }
    return attributes
  }

  private func writeStatus(_ info: MailboxInfo, _ responses: inout ResponseWriter) async throws(StoreFault) {
    let status = try await context.store.status(of: info.id, of: context.account)
    responses.status(of: MailboxName(info.name), StatusCommand.values(list.status, status, info))
  }
}
