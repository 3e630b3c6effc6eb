import IMAP
import Mail
import Net
import Store

/// GETMETADATA (RFC 5464 §4.2).
struct GetMetadataCommand: Sendable {
  let get: IMAPCommand.GetMetadata
  let context: CommandContext

  func run() async -> CommandReply {
    do {
      if let flaw = MetadataEntry.flaw(get.entries) { return flaw }
      let found: [Annotation]
      if get.mailbox.text.isEmpty {
        found = try await context.store.annotations(of: nil, of: context.account) + MetadataEntry.server(context)
      } else {
        let named = try await context.mailbox(get.mailbox)
        try MetadataEntry.check(named)
        let mode = MemberEntry.state(of: named, context)
        // Told on request only where it is what it always is.
        let isTold = mode.value != MemberEntry.shared || get.entries.contains { ASCII.equal($0, mode.entry) }
        found =
          try await context.store.annotations(of: named.info.id, of: named.owner, for: context.account)
          .filter { $0.entry != MetadataEntry.specialUse } + (isTold ? [mode] : []) + MetadataEntry.uses(of: named)
      }
      var entries: [(name: String, value: [UInt8]?)] = []
      var longest = 0
      for annotation in found where get.entries.contains(where: { includes($0, annotation.entry) }) {
        if let limit = get.maximumSize, annotation.value.count > Int(limit) {
          longest = max(longest, annotation.value.count)
        } else {
          entries.append((annotation.entry, annotation.value))
        }
      }
      // RFC 5464 §4.2: a METADATA response is required; what is named and not set is NIL.
      if get.depth == .zero {
        for name in get.entries where !found.contains(where: { ASCII.equal($0.entry, name) }) {
          entries.append((name, nil))
        }
      }
      if !entries.isEmpty {
        var responses = context.responses()
        responses.metadata(get.mailbox, entries)
        try await context.out.write(responses.bytes)
      }
      // RFC 5464 §4.2.1
      return .ok("Getmetadata completed", longest > 0 ? .metadataLongEntries(UInt64(longest)) : nil)
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
  }

  /// Whether an entry is asked for, by name or as one below it (RFC 5464 §4.2.2). Names ignore case (§3.2).
  private func includes(_ asked: String, _ entry: String) -> Bool {
    if ASCII.equal(asked, entry) { return true }
    if get.depth == .zero { return false }
    let head = entry.utf8.prefix(asked.utf8.count + 1)
    guard let text = String(head), ASCII.equal(text, asked + "/") else { return false }
    return get.depth == .infinity || !entry.utf8.dropFirst(head.count).contains(0x2F)
  }
}

/// SETMETADATA (RFC 5464 §4.3): all entries or none.
struct SetMetadataCommand: Sendable {
  let set: IMAPCommand.SetMetadata
  let context: CommandContext

  func run() async -> CommandReply {
    if let flaw = MetadataEntry.flaw(set.entries.map(\.name), isKept: true) { return flaw }
    if set.mailbox.text.isEmpty {
      // §3.2.1.1: /shared/admin is the server's own; what all users would share is not for one of them to write.
      if set.entries.contains(where: { ASCII.equal(String($0.name.prefix(8)), "/shared/") }) {
        return .no("Shared server entries are set by the administrator", .noPerm)
      }
    }
    // RFC 6154 §4: MUST NOT be taken blindly. CREATE gives a mailbox its use.
    if !set.mailbox.text.isEmpty, set.entries.contains(where: { ASCII.equal($0.name, MetadataEntry.specialUse) }) {
      return .no("A mailbox gets its special use when it is created", .cannot)
    }
    if let verb = MemberEntry.Verb(set) { return await verb.run(context) }
    let limits = AnnotationLimits()
    if set.entries.contains(where: { ($0.value?.count ?? 0) > limits.value }) {
      return .no("An entry is too long", .metadataMaximumSize(UInt64(limits.value)))
    }
    do throws(StoreFault) {
      let named = set.mailbox.text.isEmpty ? nil : try await context.mailbox(set.mailbox)
      if let named { try MetadataEntry.check(named) }
      let (mailbox, owner) = (named?.info.id, named?.owner ?? context.account)
      let changes = set.entries.map { AnnotationChange(entry: ASCII.lowercased($0.name), value: $0.value) }
      let isDone = try await context.store.annotate(
        changes, of: mailbox, of: owner, by: context.account, limits)
      guard isDone else { return .no("There are too many entries", .metadataTooMany) }
      var reply = CommandReply.ok("Setmetadata completed")
      if owner == context.account { reply.own = [.annotated(mailbox, entries: changes.map(\.entry))] }
      return reply
    } catch {
      return CommandReply(error)
    }
  }
}

/// What entry names there can be (RFC 5464 §3.2).
enum MetadataEntry {
  /// `/shared/…` and `/private/…`: comment, admin, and vendor with a token and a name behind it.
  static func flaw(_ entries: [String], isKept: Bool = false) -> CommandReply? {
    for entry in entries {
      let parts = ASCII.lowercased(entry).split(separator: "/", omittingEmptySubsequences: false).dropFirst()
      guard let top = parts.first, top == "shared" || top == "private" else {
        return .bad("An entry name begins with /shared or /private")
      }
      // RFC 5464 §3.2: what is kept stands below them.
      if isKept, parts.dropFirst().first?.isEmpty ?? true { return .bad("An entry name goes on below /\(top)") }
      if entry.utf8.count > 512 { return .no("An entry name is too long", .cannot) }
    }
    return nil
  }

  /// RFC 5464 §3.3: "l", and one of "r", "s", "w", "i" and "p".
  static func check(_ mailbox: NamedMailbox) throws(StoreFault) {
    try mailbox.needs(.lookup)
    if mailbox.rights.isDisjoint(with: [.read, .seen, .write, .insert, .post]) { throw .noPermission }
  }

  /// RFC 6154 §4: tied to what LIST shows.
  static let specialUse = "/private/specialuse"

  static func uses(of mailbox: NamedMailbox) -> [Annotation] {
    guard let use = mailbox.info.role.flatMap(SpecialUse.attribute) else { return [] }
    return [Annotation(entry: specialUse, value: Array(use.rawValue.utf8))]
  }

  /// Entries that the server makes up itself: whom to ask (§3.2.1.1).
  static func server(_ context: CommandContext) -> [Annotation] {
    guard let at = context.service.settings.administrator else { return [] }
    return [Annotation(entry: "/shared/admin", value: Array("mailto:\(at)".utf8))]
  }
}
