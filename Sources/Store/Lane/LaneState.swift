import Database

/// The row `lane_state`: written with every batch.
struct LaneState {
  var batch: Int64 = 0
  var segment = 1
  /// The segment is known to be synced up to here.
  var synced = SegmentFolder.start
  /// The newest batch's records end here.
  var ended = SegmentFolder.start
  var added: [UInt8] = []
  /// Where the records of the last seconds begin.
  var recentSegment = 1
  var recentOffset = SegmentFolder.start
  var nextQueueID: Int64 = 1
  /// The highest time seen (invariant 7).
  var timeSeen: Int64 = 0
  /// True when the lane was closed in order and nothing was written since.
  var isClean = true

  init() {}

  static func read(_ connection: Connection) throws(DatabaseFault) -> LaneState? {
    try connection.first(LaneSQL.readState) { row in
      var state = LaneState()
      state.batch = row.int(0)
      state.segment = Int(row.int(1))
      state.synced = Int(row.int(2))
      state.ended = Int(row.int(3))
      state.added = row.bytes(4)
      state.recentSegment = Int(row.int(5))
      state.recentOffset = Int(row.int(6))
      state.nextQueueID = row.int(7)
      state.timeSeen = row.int(8)
      state.isClean = row.int(9) != 0
      return state
    }
  }

  /// `sql` is `LaneSQL.writeState` or `.insertState`.
  func write(_ connection: Connection, _ sql: SQL = LaneSQL.writeState) throws(DatabaseFault) {
    let statement = try connection.prepare(sql)
    statement.bind(1, batch)
    statement.bind(2, Int64(segment))
    statement.bind(3, Int64(synced))
    statement.bind(4, Int64(ended))
    statement.bind(5, added)
    statement.bind(6, Int64(recentSegment))
    statement.bind(7, Int64(recentOffset))
    statement.bind(8, nextQueueID)
    statement.bind(9, timeSeen)
    statement.bind(10, isClean ? 1 : 0)
    try statement.run()
  }
}

/// Remembers where in the segments the records of the last seconds begin.
struct RecentMarks {
  /// How far back a commit's reply may still be on its way.
  static let seconds: Int64 = 10

  private var marks: [(time: Int64, segment: Int, offset: Int)] = []

  /// Called once for each batch, with where its records begin; gives where the records of the last seconds begin.
  mutating func note(time: Int64, segment: Int, offset: Int) -> (segment: Int, offset: Int) {
    // The clock went back: nobody knows any more how old the marks are, so the oldest place stands for all.
    if let last = marks.last, time < last.time { marks = [(time, marks[0].segment, marks[0].offset)] }
    if marks.last.map({ time > $0.time }) ?? true { marks.append((time, segment, offset)) }
    while marks.count > 1, marks[0].time < time - Self.seconds { marks.removeFirst() }
    return (marks[0].segment, marks[0].offset)
  }
}
