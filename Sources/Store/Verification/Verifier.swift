import Crypto
import Database

/// Checks one lane: its index against its own rules and against its segments, and every blob byte for byte. Also of a backup.
struct Verifier {
  let number: Int
  let connection: Connection
  let segments: SegmentFolder
  let goOn: () throws(StoreFault) -> Void
  let progress: (Int) -> Void

  func run() throws(StoreFault) -> VerificationReport {
    try connection.snapshot({ () throws(StoreFault) in try look() }, mapping: StoreFault.init)
  }

  private static let counts = SQL("SELECT (SELECT count(*) FROM placement), (SELECT count(*) FROM account_state)")

  private func look() throws(StoreFault) -> VerificationReport {
    var report = VerificationReport()
    let database = try inStore { () throws(DatabaseFault) in try connection.integrityReport() }
    if let database { report.add(.init(lane: number, account: nil, what: "the index: \(database)")) }
    let version = try inStore { () throws(DatabaseFault) in try connection.schemaVersion() }
    // A backup may be older than the tables of members.
    for rule in VerificationSQL.rules + (version >= Schema.membersVersion ? VerificationSQL.memberRules : []) {
      try goOn()
      let rows = try inStore { () throws(DatabaseFault) in try connection.rows(rule) { ($0.int(0), $0.text(1)) } }
      for (account, what) in rows { report.add(.init(lane: number, account: account, what: what)) }
    }
    let counts = try inStore { () throws(DatabaseFault) in
      try connection.first(Self.counts) { (Int($0.int(0)), Int($0.int(1))) }
    }
    (report.messages, report.accounts) = counts ?? (0, 0)
    try readAll(&report)
    return report
  }

  private func readAll(_ report: inout VerificationReport) throws(StoreFault) {
    let statement = try inStore { () throws(DatabaseFault) in try connection.prepare(VerificationSQL.allBlobs) }
    defer { statement.reset() }
    let reader = BlobReader(segments: segments)
    while try inStore({ () throws(DatabaseFault) in try statement.step() }) {
      try goOn()
      let key = BlobKey(scope: statement.int(0), hash: statement.bytes(1))
      report.blobs += 1
      report.bytes += statement.int(4)
      let what: String?
      if let location = BlobLocation(row: statement, from: 2) {
        what = try damage(reader, location, key)
        progress(location.length)
      } else {
        what = "an impossible place"
      }
      guard let what else { continue }
      let owners = try inStore { () throws(DatabaseFault) in
        try connection.rows(VerificationSQL.ownersOfBlob, [.int(key.scope), .bytes(key.hash)]) {
          ($0.int(0), $0.int(1))
        }
      }
      if owners.isEmpty { report.add(.init(lane: number, account: nil, what: what)) }
      for (account, email) in owners {
        report.add(.init(lane: number, account: account, what: "\(what) (email \(email))"))
      }
    }
  }

  /// nil: the content is what its name says. Piece by piece: a long message is never in memory as a whole.
  private func damage(
    _ reader: BlobReader, _ location: BlobLocation, _ key: BlobKey
  ) throws(StoreFault) -> String? {
    do throws(StoreFault) {
      let trace = try reader.traceLength(location, hash: key.hash)
      var whole = SHA256()
      var next = 0
      // The name of a message with a trace header is the hash of both parts' hashes.
      if trace > 0 {
        let head = try reader.read(location, range: 0..<trace)
        SHA256.hash(data: head).withUnsafeBytes { whole.update(bufferPointer: $0) }
        next = trace
      }
      var message = SHA256()
      while next < location.rawLength {
        let end = min(location.rawLength, next + BlobFrames.frameLength)
        let piece = try reader.read(location, range: next..<end)
        piece.withUnsafeBytes { message.update(bufferPointer: $0) }
        next = end
      }
      if location.rawLength == 0 { _ = try reader.read(location) }
      var hash = Array(message.finalize())
      if trace > 0 {
        hash.withUnsafeBytes { whole.update(bufferPointer: $0) }
        hash = Array(whole.finalize())
      }
      return hash == key.hash ? nil : "a message that is not what was stored in segment \(location.segment)"
    } catch {
      if case .damaged(let what) = error { return what }
      if case .io(let what) = error { return what }
      throw error
    }
  }
}

extension BlobReader {
  /// How much of the content is the trace header. Throws `.damaged` when the record is not this blob's.
  func traceLength(_ location: BlobLocation, hash: [UInt8]) throws(StoreFault) -> Int {
    let descriptor = try segments.descriptor(location.segment)
    guard let head = try descriptor.bytes(SegmentRecord.headerLength, at: location.offset),
      let record = head.withUnsafeBytes({ SegmentRecord($0) }), record.kind == .blob, record.hash == hash,
      record.traceLength <= record.rawLength
    else { throw .damaged("a broken record in \(segments.file(location.segment)) at \(location.offset)") }
    return record.traceLength
  }
}
