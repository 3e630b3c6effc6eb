import Database

/// How far an import came: kept with the mail of each batch in one durable step, so that an import that broke off goes on where it was
/// and nothing comes twice.
package struct ImportMark: Sendable, Equatable {
  /// Names the source and the mailbox; the same for the same import.
  package var key: [UInt8]
  /// How far: bytes of a file, messages of a folder.
  package var position: Int64
  /// The last thing taken, as a fingerprint, to see whether the source has changed.
  package var last: Int64

  package init(key: [UInt8], position: Int64 = 0, last: Int64 = 0) {
    self.key = key
    self.position = position
    self.last = last
  }

  /// As `filed.delivery_key`: "m" (position) and "n" (fingerprint) with the key.
  var positionKey: [UInt8] { [UInt8(ascii: "m")] + key }
  var lastKey: [UInt8] { [UInt8(ascii: "n")] + key }
}

enum TransferSQL {
  static let mark = SQL("SELECT at FROM filed WHERE a = ?1 AND delivery_key = ?2")
  static let all = [mark]
}

extension Store {
  /// Adds messages as `append` does and notes in the same step how far the import is.
  package func append(
    _ items: [AppendItem], to mailbox: MailboxID, of account: AccountID, mark: ImportMark
  ) async throws(StoreFault) -> AppendResult {
    let messages = planned(items)
    let weight = messages.reduce(0) { $0 + $1.0.plan.totalLength }
    let ids = items.compactMap(\.uniqueID)
    return try await lane(of: account).perform(weight: weight) { transaction throws(StoreFault) in
      try transaction.leaveRoom(for: ids, generation: FreeNumbers.chance(), of: account)
      let result = try transaction.append(messages, to: mailbox, of: account)
      // The messages come first: what says that they are here must not outlive them in a power cut.
      transaction.willRemove()
      try transaction.run(
        LaneSQL.insertFiled, [.int(account.raw), .bytes(mark.positionKey), .int(mark.position)])
      try transaction.run(LaneSQL.insertFiled, [.int(account.raw), .bytes(mark.lastKey), .int(mark.last)])
      return result
    }
  }

  /// How far an import with this key came; nil when there was none.
  package func importMark(_ key: [UInt8], of account: AccountID) async throws(StoreFault) -> ImportMark? {
    try await lane(of: account).read { reader throws(StoreFault) in
      let mark = ImportMark(key: key)
      let connection = try reader.connection()
      return try inStore { () throws(DatabaseFault) in
        let position = try connection.first(
          TransferSQL.mark, [.int(account.raw), .bytes(mark.positionKey)]
        ) { $0.int(0) }
        let last = try connection.first(TransferSQL.mark, [.int(account.raw), .bytes(mark.lastKey)]) { $0.int(0) }
        guard let position else { return nil }
        return ImportMark(key: key, position: position, last: last ?? 0)
      }
    }
  }

  /// Forgets how far an import came.
  package func forgetImport(_ key: [UInt8], of account: AccountID) async throws(StoreFault) {
    let mark = ImportMark(key: key)
    try await lane(of: account).perform { transaction throws(StoreFault) in
      transaction.willChange()
      for key in [mark.positionKey, mark.lastKey] {
        try transaction.run(LaneSQL.deleteFiled, [.int(account.raw), .bytes(key)])
      }
    }
  }

  /// The names of a mailbox's keywords.
  package func keywords(in mailbox: MailboxID, of account: AccountID) async throws(StoreFault) -> [String] {
    try await lane(of: account).read { reader throws(StoreFault) in
      let connection = try reader.connection()
      return try inStore { () throws(DatabaseFault) in
        try connection.rows(AccountSQL.keywords, [.int(account.raw), .int(mailbox.raw)]) { $0.text(1) }
      }
    }
  }

  /// Messages as the lane takes them; the blobs are made ready here, outside the lane.
  func planned(_ items: [AppendItem]) -> [(NewMessage, keywords: [String])] {
    items.map { item in
      var message = NewMessage(
        plan: BlobPlan(item.message, trace: []), derived: item.message.derived, flags: item.flags,
        internalDate: item.internalDate, sentIdentity: item.sentIdentity)
      message.item = item.item
      message.savedAt = item.savedAt
      message.uniqueID = item.uniqueID
      return (message, keywords: item.keywords)
    }
  }
}
