/// Up to 1,024 neighbouring rows of a `MessageTable`. Immutable once it is in a table; its identity says "unchanged".
final class MessageChunk: Sendable {
  let uids: [UInt32]
  let flags: [UInt64]
  let modseqs: [UInt64]
  let sizes: [UInt32]
  /// As `KeptDate`.
  let internalDates: [Int64]
  let savedAts: [Int64]
  let emails: [Int64]
  let items: [Int64]

  var count: Int { uids.count }
  var firstUID: UInt32 { uids[0] }
  var lastUID: UInt32 { uids[uids.count - 1] }

  init(_ builder: Builder) {
    uids = builder.uids
    flags = builder.flags
    modseqs = builder.modseqs
    sizes = builder.sizes
    internalDates = builder.internalDates
    savedAts = builder.savedAts
    emails = builder.emails
    items = builder.items
  }

  subscript(row: Int) -> MessageRecord {
    MessageRecord(
      uid: uids[row], flags: Flags(rawValue: flags[row]), modseq: modseqs[row], size: Int(sizes[row]),
      internalDate: internalDates[row], savedAt: savedAts[row], email: EmailID(raw: emails[row]), item: items[row])
  }

  /// A chunk being made.
  struct Builder {
    var uids: [UInt32] = []
    var flags: [UInt64] = []
    var modseqs: [UInt64] = []
    var sizes: [UInt32] = []
    var internalDates: [Int64] = []
    var savedAts: [Int64] = []
    var emails: [Int64] = []
    var items: [Int64] = []

    init() {}

    init(_ chunk: MessageChunk) {
      uids = chunk.uids
      flags = chunk.flags
      modseqs = chunk.modseqs
      sizes = chunk.sizes
      internalDates = chunk.internalDates
      savedAts = chunk.savedAts
      emails = chunk.emails
      items = chunk.items
    }

    var count: Int { uids.count }

    mutating func reserve(_ rows: Int) {
      uids.reserveCapacity(rows)
      flags.reserveCapacity(rows)
      modseqs.reserveCapacity(rows)
      sizes.reserveCapacity(rows)
      internalDates.reserveCapacity(rows)
      savedAts.reserveCapacity(rows)
      emails.reserveCapacity(rows)
      items.reserveCapacity(rows)
    }

    mutating func append(_ record: MessageRecord) {
      uids.append(record.uid)
      flags.append(record.flags.rawValue)
      modseqs.append(record.modseq)
      sizes.append(UInt32(clamping: record.size))
      internalDates.append(record.keptDate.rawValue)
      savedAts.append(record.savedAt)
      emails.append(record.email.raw)
      items.append(record.item)
    }

    /// A row of `MessageSQL.table`.
    mutating func append(row: UnsafePointer<Int64>) {
      uids.append(UInt32(truncatingIfNeeded: row[0]))
      flags.append(UInt64(bitPattern: row[1]))
      modseqs.append(UInt64(bitPattern: row[2]))
      sizes.append(UInt32(clamping: row[3]))
      internalDates.append(row[4])
      savedAts.append(row[5])
      emails.append(row[6])
      items.append(row[7])
    }

    mutating func append(row: Int, of chunk: MessageChunk) {
      uids.append(chunk.uids[row])
      flags.append(chunk.flags[row])
      modseqs.append(chunk.modseqs[row])
      sizes.append(chunk.sizes[row])
      internalDates.append(chunk.internalDates[row])
      savedAts.append(chunk.savedAts[row])
      emails.append(chunk.emails[row])
      items.append(chunk.items[row])
    }

    /// The row of `uid`, nil when it is not here.
    func row(of uid: UInt32) -> Int? {
      var low = 0
      var high = uids.count
      while low < high {
        let middle = (low + high) / 2
        if uids[middle] < uid { low = middle + 1 } else { high = middle }
      }
      return low < uids.count && uids[low] == uid ? low : nil
    }
  }
}
