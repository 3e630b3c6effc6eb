/// Which rows a batch added, as bytes in `lane_state.added`: what recovery drops when the batch's blobs did not reach the disk.
struct AddedRows {
  enum Row: Equatable {
    case placement(account: AccountID, mailbox: MailboxID, uid: UID, email: EmailID)
    case intent(Int64)
    /// A key (of a delivery, or of a resend) that was noted with the placement before it: without the placement it must go, or nobody
    /// files again.
    case filed(account: AccountID, key: [UInt8])
    /// An import's mark, right after the placements of its batch; `before` is what it was. They stay together or go together, and the
    /// mark goes back with them.
    case imported(account: AccountID, key: [UInt8], count: Int, before: ImportMark?)
  }

  private(set) var bytes: [UInt8] = []

  init() {}

  mutating func add(_ row: Row) {
    switch row {
    case .placement(let account, let mailbox, let uid, let email):
      bytes.append(1)
      bytes.appendLittle(account.raw)
      bytes.appendLittle(mailbox.raw)
      bytes.appendLittle(uid)
      bytes.appendLittle(email.raw)
    case .intent(let qid):
      bytes.append(2)
      bytes.appendLittle(qid)
    case .filed(let account, let key):
      bytes.append(3)
      bytes.appendLittle(account.raw)
      add(key)
    case .imported(let account, let key, let count, let before):
      bytes.append(before == nil ? 4 : 5)
      bytes.appendLittle(account.raw)
      add(key)
      bytes.appendLittle(UInt32(truncatingIfNeeded: count))
      bytes.appendLittle(before?.position ?? 0)
      bytes.appendLittle(before?.last ?? 0)
    }
  }

  private mutating func add(_ key: [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: key.count))
    bytes += key
  }

  /// nil when the bytes are not such a list.
  static func rows(_ bytes: [UInt8]) -> [Row]? {
    bytes.withUnsafeBytes { bytes -> [Row]? in
      var rows: [Row] = []
      var next = 0
      while next < bytes.count {
        switch bytes[next] {
        case 1 where bytes.count - next >= 29:
          rows.append(
            .placement(
              account: AccountID(raw: bytes.little(next + 1, Int64.self)),
              mailbox: MailboxID(raw: bytes.little(next + 9, Int64.self)), uid: bytes.little(next + 17, UInt32.self),
              email: EmailID(raw: bytes.little(next + 21, Int64.self))))
          next += 29
        case 2 where bytes.count - next >= 9:
          rows.append(.intent(bytes.little(next + 1, Int64.self)))
          next += 9
        case 3 where bytes.count - next >= 10 && bytes.count - next - 10 >= Int(bytes[next + 9]):
          let end = next + 10 + Int(bytes[next + 9])
          rows.append(
            .filed(account: AccountID(raw: bytes.little(next + 1, Int64.self)), key: [UInt8](bytes[(next + 10)..<end])))
          next = end
        case 4 where bytes.count - next >= 10 && bytes.count - next - 30 >= Int(bytes[next + 9]),
          5 where bytes.count - next >= 10 && bytes.count - next - 30 >= Int(bytes[next + 9]):
          let end = next + 10 + Int(bytes[next + 9])
          let key = [UInt8](bytes[(next + 10)..<end])
          let before = ImportMark(
            key: key, position: bytes.little(end + 4, Int64.self), last: bytes.little(end + 12, Int64.self))
          rows.append(
            .imported(
              account: AccountID(raw: bytes.little(next + 1, Int64.self)), key: key,
              count: Int(bytes.little(end, UInt32.self)), before: bytes[next] == 5 ? before : nil))
          next = end + 20
        default: return nil
        }
      }
      return rows
    }
  }
}
