import Testing

@testable import Store

/// Random operations on the store and on a plain model side by side, with restarts: both must always agree.
@Suite struct ModelTests {
  struct Message: Equatable {
    var uid: UID
    var text: String
    var flags: Set<String>
    var item: Int64
  }

  struct Box: Equatable {
    var uidNext: UID = 1
    var uidValidity: UInt32
    var messages: [Message] = []
  }

  static let names = ["INBOX", "Archive", "Sent", "extra", "extra/deep"]
  static let flagNames = ["\\Seen", "\\Flagged", "\\Deleted", "$A", "$B"]

  static func flags(_ names: Set<String>) -> (Flags, [String]) {
    var flags: Flags = []
    if names.contains("\\Seen") { flags.insert(.seen) }
    if names.contains("\\Flagged") { flags.insert(.flagged) }
    if names.contains("\\Deleted") { flags.insert(.deleted) }
    return (flags, names.filter { $0.hasPrefix("$") }.sorted())
  }

  static func names(_ flags: Flags, _ keywords: [String]) -> Set<String> {
    var names = Set(flags.keywordIndices.map { keywords[$0] })
    if flags.contains(.seen) { names.insert("\\Seen") }
    if flags.contains(.flagged) { names.insert("\\Flagged") }
    if flags.contains(.deleted) { names.insert("\\Deleted") }
    return names
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func storeAndModelAgree(_ seed: UInt64) async throws {
    var random = SplitMix(state: seed)
    let options = Fixture.options { $0.segmentSize = 20_000 }
    let fixture = try await Fixture(options)
    var model: [String: Box] = [:]
    _ = try await fixture.store.createMailbox("extra/deep", of: Fixture.account)
    for info in try await fixture.store.mailboxes(of: Fixture.account) where Self.names.contains(info.name) {
      model[info.name] = Box(uidValidity: info.uidValidity)
    }
    var nextItem: Int64 = 1
    for step in 0..<150 {
      let name = Self.names.randomElement(using: &random) ?? "INBOX"
      guard var box = model[name] else { continue }
      let mailbox = try await fixture.open(name)
      let old = mailbox.state
      let picked = box.messages.map(\.uid).filter { _ in Bool.random(using: &random) } + [9_999]
      let wanted = Set(Self.flagNames.filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
      switch Int.random(in: 0..<9, using: &random) {
      case 0, 1:
        var items: [AppendItem] = []
        for number in 0...Int.random(in: 0..<3, using: &random) {
          let text = "s\(step) n\(number) " + String(repeating: "z", count: Int.random(in: 0...3_000, using: &random))
          let (flags, keywords) = Self.flags(wanted)
          items.append(
            AppendItem(
              message: try await fixture.spooled(Array(text.utf8)), flags: flags, keywords: keywords, internalDate: 7))
          box.messages.append(Message(uid: box.uidNext, text: text, flags: wanted, item: nextItem))
          box.uidNext += 1
          nextItem += 1
        }
        let result = try await fixture.store.append(items, to: mailbox.id, of: Fixture.account)
        #expect(result.uids == box.messages.suffix(items.count).map(\.uid))
        model[name] = box
      case 2:
        let mode = [FlagChange.Mode.add, .remove, .replace].randomElement(using: &random) ?? .add
        let (flags, keywords) = Self.flags(wanted)
        _ = try await fixture.store.setFlags(
          FlagChange(uids: picked, mode: mode, flags: flags, keywords: keywords), in: mailbox)
        for place in box.messages.indices where picked.contains(box.messages[place].uid) {
          switch mode {
          case .add: box.messages[place].flags.formUnion(wanted)
          case .remove: box.messages[place].flags.subtract(wanted)
          case .replace: box.messages[place].flags = wanted
          }
        }
        model[name] = box
      case 3:
        let gone = try await fixture.store.expunge(Bool.random(using: &random) ? picked : nil, in: mailbox)
        #expect(gone.allSatisfy { uid in box.messages.contains { $0.uid == uid && $0.flags.contains("\\Deleted") } })
        box.messages.removeAll { gone.contains($0.uid) }
        model[name] = box
      case 4, 5:
        let isMove = Bool.random(using: &random)
        let target = Self.names.randomElement(using: &random) ?? "INBOX"
        let to = try await fixture.open(target)
        let result =
          isMove
          ? try await fixture.store.move(picked, from: mailbox, to: to.id)
          : try await fixture.store.copy(picked, from: mailbox, to: to.id)
        let taken = box.messages.filter { picked.contains($0.uid) }
        #expect(result.source == taken.map(\.uid))
        if isMove {
          box.messages.removeAll { picked.contains($0.uid) }
          model[name] = box
        }
        guard var other = model[target] else { continue }
        for message in taken {
          var message = message
          message.uid = other.uidNext
          if !isMove {
            message.item = nextItem
            nextItem += 1
          }
          other.uidNext += 1
          other.messages.append(message)
        }
        #expect(result.destination == other.messages.suffix(taken.count).map(\.uid))
        model[target] = other
      case 6:
        let items = box.messages.map(\.item).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        try await fixture.store.remove(items: items, from: mailbox.id, of: Fixture.account)
        box.messages.removeAll { items.contains($0.item) }
        model[name] = box
      case 7:
        guard name == "extra/deep" else { break }
        try await fixture.store.deleteMailbox(name, of: Fixture.account)
        #expect(mailbox.state.isDeleted)
        let made = try await fixture.store.createMailbox(name, of: Fixture.account)
        #expect(made.uidValidity > box.uidValidity)
        model[name] = Box(uidValidity: made.uidValidity)
        continue
      default:
        if Int.random(in: 0..<3, using: &random) == 0 { try await fixture.reopen(options) }
      }
      // A session that replays the changes on what it had sees what is there.
      let now = mailbox.state
      var replayed = old.table.records
      let changes = now.table.changes(since: old.table)
      for vanished in changes.vanished.reversed() { replayed.remove(at: vanished.oldIndex) }
      for changed in changes.changed { replayed[changed.index] = changed.record }
      if let from = changes.addedFrom { replayed += now.table.records[from...] }
      #expect(replayed == now.table.records)
      #expect(now.highestModseq >= old.highestModseq)
      try await compare(fixture, model, isDeep: step % 15 == 0)
    }
    try await fixture.reopen(options)
    try await compare(fixture, model, isDeep: true)
  }

  private func compare(_ fixture: Fixture, _ model: [String: Box], isDeep: Bool) async throws {
    var bytes: Int64 = 0
    for (name, box) in model {
      let mailbox = try await fixture.open(name)
      let state = mailbox.state
      #expect(state.uidNext == box.uidNext && state.uidValidity == box.uidValidity)
      let records = state.table.records
      #expect(records.map(\.uid) == box.messages.map(\.uid))
      #expect(records.map(\.item) == box.messages.map(\.item))
      #expect(records.map { Self.names($0.flags, state.keywords) } == box.messages.map(\.flags))
      bytes += Int64(records.reduce(0) { $0 + $1.size })
      guard isDeep else { continue }
      let texts = try await fixture.texts(name)
      for message in box.messages { #expect(texts[message.uid] == message.text) }
    }
    let usage = try await fixture.store.usage(of: Fixture.account)
    #expect(usage.bytes == bytes)
  }
}
