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

  /// Columns of `MessageSQL.table`.
  static let columns = 8

  /// `count` rows of `MessageSQL.table`, column after column, `stride` numbers from one column to the next.
  init(columns: UnsafePointer<Int64>, stride: Int, count: Int) {
    func column<Number>(_ index: Int, _ number: (Int64) -> Number) -> [Number] {
      UnsafeBufferPointer(start: columns + index * stride, count: count).map(number)
    }
    uids = column(0) { UInt32(truncatingIfNeeded: $0) }
    flags = column(1) { UInt64(bitPattern: $0) }
    modseqs = column(2) { UInt64(bitPattern: $0) }
    sizes = column(3) { UInt32(clamping: $0) }
    internalDates = column(4) { $0 }
    savedAts = column(5) { $0 }
    emails = column(6) { $0 }
    items = column(7) { $0 }
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
