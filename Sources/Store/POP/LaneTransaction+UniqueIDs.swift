import Database

/// Unique ids that messages had elsewhere (RFC 1939 §7): the table `uidl`.
///
/// Invariants
/// 1. An id belongs to one message of the account for ever: when its message is purged, its item is negative.
/// 2. What looks like an id of our own ("b" and a number) is kept only where that number is none of the account's own. Numbers that the
///    counter leaps over, so that it never comes to them, are written down in row 0.
extension LaneTransaction {
  /// Call before messages with these ids are filed.
  /// - Parameter generation: by chance: where the counter goes on when one of the ids lies ahead of it (2^40 numbers each).
  func leaveRoom(for ids: [String], generation: Int64, of account: AccountID) throws(StoreFault) {
    let owner = try self.account(account)
    let ahead = ids.compactMap(POPIdentity.item).filter { $0 >= owner.nextItem && FreeNumbers.isKeepable($0) }
    guard let last = ahead.max() else { return }
    willChange()
    var free = try freeNumbers(of: account)
    let next = max(generation, FreeNumbers.generation(max(owner.nextItem, last)) + 1) << FreeNumbers.generationBits
    free.ranges.append(owner.nextItem..<next)
    owner.skipItems(to: next)
    try run(POPSQL.putUIDL, [.int(account.raw), 0, .text(free.text)])
  }

  /// Keeps the id that a new message had elsewhere; one that is malformed or another's is not kept, and the message has its own.
  func keep(_ id: String, for item: Int64, of account: AccountID) throws(StoreFault) {
    // RFC 1939 §7: one to 70 octets from 0x21 to 0x7E.
    guard (1...70).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return }
    if let number = POPIdentity.item(of: id) {
      guard number != item, try freeNumbers(of: account).contains(number) else { return }
    }
    let owner = try inStore { () throws(DatabaseFault) in
      try connection.first(POPSQL.uidlItem, [.int(account.raw), .text(id)]) { $0.int(0) }
    }
    willChange()
    switch owner {
    case nil: try run(POPSQL.putUIDL, [.int(account.raw), .int(item), .text(id)])
    // The message itself, back from a backup after it was purged here.
    case -item: try run(POPSQL.reviveUIDL, [.int(account.raw), .int(item)])
    default: return
    }
  }

  private func freeNumbers(of account: AccountID) throws(StoreFault) -> FreeNumbers {
    let text = try inStore { () throws(DatabaseFault) in
      try connection.first(POPSQL.uidl, [.int(account.raw), 0]) { $0.text(0) }
    }
    return FreeNumbers(text: text ?? "")
  }
}

/// Numbers that an account's counter has leapt over: "1-4398046511104 …", the first of each range and the first behind it.
struct FreeNumbers {
  static let generationBits: Int64 = 40
  var ranges: [Range<Int64>] = []

  init(text: String) {
    for word in text.split(separator: " ") {
      let ends = word.split(separator: "-").compactMap { Int64($0) }
      if ends.count == 2, ends[0] < ends[1] { ranges.append(ends[0]..<ends[1]) }
    }
  }

  var text: String { ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: " ") }

  func contains(_ number: Int64) -> Bool { ranges.contains { $0.contains(number) } }

  static func generation(_ number: Int64) -> Int64 { number >> generationBits }

  /// The counter can leap over it and still has room.
  static func isKeepable(_ number: Int64) -> Bool { generation(number) < 1 << 21 }

  /// Where an account's counter may go on.
  static func chance() -> Int64 { .random(in: 1 << 10..<1 << 20) }
}

extension Store {
  /// The unique ids under which POP3 lists messages, by their items.
  package func uniqueIDs(of items: [Int64], in account: AccountID) async throws(StoreFault) -> [String] {
    try await lane(of: account).read { reader throws(StoreFault) in
      try reader.published { connection throws(StoreFault) in
        try inStore { () throws(DatabaseFault) in
          try items.map { item throws(DatabaseFault) in
            try connection.first(POPSQL.uidl, [.int(account.raw), .int(item)]) { $0.text(0) }
              ?? String(decoding: POPIdentity.text(item), as: UTF8.self)
          }
        }
      }.value
    }
  }
}
