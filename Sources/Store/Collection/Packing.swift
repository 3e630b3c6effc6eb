import Database
import Glibc
import Logging

/// Copies what lives in some segments into a new one: small messages compressed against a dictionary learnt from them, long ones as
/// they are, PLACE records of emails that live.
final class Packing {
  /// What one source gave.
  struct Found {
    /// Every record was read and every living blob was sound.
    var isWhole = true
    /// Living blobs.
    var blobs = 0
  }

  private static let sampleBytes = 6 << 20
  private static let sampleLimit = 16 << 10
  private static let dictionaryLimit = 64 << 10

  let writer: PackWriter
  private(set) var relocations: [Relocation] = []
  private let collector: Collector
  private let blobs: BlobReader
  private var compressor: PackCompressor?

  init(_ collector: Collector, _ writer: PackWriter) {
    self.collector = collector
    self.writer = writer
    blobs = BlobReader(segments: collector.lane.segments)
  }

  /// Looks at small messages all over the sources and writes the dictionary as the first record.
  func learn(_ sources: [Int]) throws(StoreFault) {
    var samples: [[UInt8]] = []
    var bytes = 0
    var total = 0
    for source in sources { total += try collector.lane.segments.descriptor(source).length() }
    // Every n-th message, so that the samples come from all of the segment.
    let stride = max(1, total / Self.sampleBytes)
    var seen = 0
    for source in sources {
      var walk = try SegmentWalk(try collector.lane.segments.descriptor(source))
      while bytes < Self.sampleBytes, let (record, offset) = try walk.step() {
        guard record.kind == .blob, record.codec != .framed, record.rawLength <= Self.sampleLimit else { continue }
        seen += 1
        guard seen % stride == 0, let location = try living(record, offset, source) else { continue }
        do throws(StoreFault) {
          let sample = try blobs.read(location)
          samples.append(sample)
          bytes += sample.count
        } catch { continue }
      }
    }
    // A dictionary costs its own length once: never more than a fiftieth of what it helps with.
    let dictionary = PackDictionary.train(samples, limit: min(Self.dictionaryLimit, bytes / 50))
    compressor = PackCompressor(dictionary)
    var record: [UInt8] = []
    SegmentRecord(
      kind: .dictionary, codec: .plain, storedLength: dictionary.count, rawLength: dictionary.count,
      hash: [UInt8](repeating: 0, count: 32), traceLength: 0, scope: 0,
      crc: dictionary.withUnsafeBytes { Checksum.crc32($0) }
    ).encode(into: &record)
    try writer.add(record + dictionary)
  }

  /// Copies what lives in `source`.
  func take(_ source: Int) throws(StoreFault) -> Found {
    let descriptor = try collector.lane.segments.descriptor(source)
    var walk = try SegmentWalk(descriptor)
    var found = Found()
    var steps = 0
    while let (record, offset) = try walk.step() {
      steps += 1
      if steps % 256 == 0 { try collector.goOn() }
      switch record.kind {
      case .dictionary: continue
      case .place:
        if try isLiving(place: record, descriptor, offset) {
          try writer.copy(record.totalLength, from: descriptor, at: offset)
        }
      case .blob:
        guard let location = try living(record, offset, source) else { continue }
        do throws(StoreFault) {
          try copy(record, location, descriptor)
          found.blobs += 1
        } catch {
          guard case .damaged(let what) = error else { throw error }
          collector.lane.logger.critical("a damaged message", metadata: ["what": "\(what)"])
          found.isWhole = false
        }
      }
    }
    if !walk.isAtEnd { found.isWhole = false }
    return found
  }

  private func copy(_ record: SegmentRecord, _ from: BlobLocation, _ descriptor: Descriptor) throws(StoreFault) {
    let offset = writer.end
    var to = from
    to.segment = writer.number
    to.offset = offset
    if record.codec == .framed {
      // Read once to see that it is sound; the copy is byte for byte.
      guard try blobs.isSound(from) else { throw .damaged("a message in segment \(from.segment) at \(from.offset)") }
      try writer.copy(record.totalLength, from: descriptor, at: from.offset)
    } else {
      let content = try blobs.read(from)
      var packed = record
      packed.codec = .plain
      var payload = content
      if let stored = compressor?.compress(content) {
        packed.codec = .packed
        payload = stored
      }
      packed.storedLength = payload.count
      packed.crc = payload.withUnsafeBytes { Checksum.crc32($0) }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(packed.totalLength)
      packed.encode(into: &bytes)
      try writer.add(bytes + payload)
      to.length = packed.totalLength
      to.codec = packed.codec
    }
    relocations.append(Relocation(key: BlobKey(scope: record.scope, hash: record.hash), from: from, to: to))
  }

  /// Where the index says that the blob is, when it is this record.
  private func living(_ record: SegmentRecord, _ offset: Int, _ segment: Int) throws(StoreFault) -> BlobLocation? {
    let rows = try collector.rows(CollectionSQL.place, [.int(record.scope), .bytes(record.hash)]) { row in
      BlobLocation(
        segment: Int(row.int(0)), offset: Int(row.int(1)), length: Int(row.int(2)), rawLength: Int(row.int(3)),
        codec: record.codec)
    }
    guard let found = rows.first, found.segment == segment, found.offset == offset else { return nil }
    return found
  }

  private func isLiving(
    place record: SegmentRecord, _ descriptor: Descriptor, _ offset: Int
  ) throws(StoreFault) -> Bool {
    guard let payload = try descriptor.bytes(record.storedLength, at: offset + SegmentRecord.headerLength),
      let place = payload.withUnsafeBytes({ PlaceRecord($0) })
    else { return false }
    return try !collector.rows(CollectionSQL.hasEmail, [.int(place.account), .int(place.email)]) { _ in true }.isEmpty
  }
}
