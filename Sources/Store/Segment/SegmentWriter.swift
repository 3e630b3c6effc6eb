import Glibc

/// The end of the newest segment, and the records of the batch being made. Belongs to the lane's writer.
struct SegmentWriter {
  private enum Piece {
    case bytes([UInt8])
    case body(SpooledMessage.Body)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .body(let body): body.count
      }
    }
  }

  let number: Int
  let descriptor: Descriptor
  /// Everything below is on disk and synced, or of a batch under way.
  private(set) var end: Int
  private var pieces: [Piece] = []
  /// Small records gather here and go out as one piece.
  private var gathered: [UInt8] = []
  private(set) var staged = 0

  init(number: Int, descriptor: Descriptor, end: Int) {
    self.number = number
    self.descriptor = descriptor
    self.end = end
  }

  /// Where the next record will be.
  var next: Int { end + staged }

  mutating func add(_ bytes: [UInt8]) {
    gathered += bytes
    staged += bytes.count
  }

  mutating func add(_ body: SpooledMessage.Body) {
    if case .memory(let bytes) = body, bytes.count <= 64 << 10 { return add(bytes) }
    close()
    pieces.append(.body(body))
    staged += body.count
  }

  private mutating func close() {
    if gathered.isEmpty { return }
    pieces.append(.bytes(gathered))
    gathered = []
  }

  /// Forgets the batch's records. What of them is in the file already is cut off before the next write.
  mutating func drop() {
    pieces = []
    gathered.removeAll(keepingCapacity: true)
    staged = 0
  }

  /// The batch is durable.
  mutating func settle() {
    end += staged
    drop()
  }

  /// Writes the batch's records behind `end`: one call for all the short ones. `limit`: tests tear the write there.
  mutating func write(limit: Int? = nil) throws(StoreFault) {
    if pieces.isEmpty, limit == nil {
      return try gathered.withFaulty { bytes throws(StoreFault) in try descriptor.write(bytes, at: end) }
    }
    close()
    var offset = end
    for piece in pieces {
      let room = limit.map { max(0, $0 - (offset - end)) } ?? piece.count
      switch piece {
      case .bytes(let bytes):
        try bytes.withFaulty { bytes throws(StoreFault) in
          try descriptor.write(UnsafeRawBufferPointer(rebasing: bytes[..<min(room, bytes.count)]), at: offset)
        }
      case .body(let body):
        try body.withFaulty { bytes throws(StoreFault) in
          try descriptor.write(UnsafeRawBufferPointer(rebasing: bytes[..<min(room, bytes.count)]), at: offset)
        }
      }
      offset += piece.count
    }
  }

  /// Cuts off what a failed write left behind the end.
  func cut() throws(StoreFault) { try descriptor.truncate(to: end) }
}
