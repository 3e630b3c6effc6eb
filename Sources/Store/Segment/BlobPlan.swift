import Crypto

/// A blob ready for a segment: everything that can be computed outside the lane's writer.
struct BlobPlan: Sendable {
  /// Names the content: SHA-256 of the message, or of (SHA-256 of the trace header, SHA-256 of the message) when there is a trace.
  ///
  /// So the message is hashed once, while it is received, and recipients of one delivery still share one blob.
  let hash: [UInt8]
  /// Trace and message.
  let rawLength: Int
  let codec: SegmentRecord.Codec
  /// Record header, trace, and the message itself (plain) or the frame table (framed).
  let head: [UInt8]
  /// The compressed pieces, when framed.
  let frames: SpooledMessage.Body?

  /// The trace header names somebody with text outside ASCII.
  let isTraceInternationalized: Bool

  var totalLength: Int { head.count + (frames?.count ?? 0) }

  init(_ message: SpooledMessage, trace: [UInt8]) {
    hash = Self.hash(message.hash, trace: trace)
    rawLength = trace.count + message.size
    isTraceInternationalized = trace.contains { $0 >= 128 }
    var payload = trace
    switch message.stored {
    case .plain:
      codec = .plain
      frames = nil
      message.withBytes { payload += $0 }
    case .framed(let table, let pieces):
      codec = .framed
      frames = pieces
      payload += table
    }
    let record = SegmentRecord(
      kind: .blob, codec: codec, storedLength: payload.count + (frames?.count ?? 0), rawLength: rawLength, hash: hash,
      traceLength: trace.count, scope: 0, crc: payload.withUnsafeBytes { Checksum.crc32($0) })
    var head: [UInt8] = []
    head.reserveCapacity(SegmentRecord.headerLength + payload.count)
    record.encode(into: &head)
    head += payload
    self.head = head
  }

  static func hash(of message: [UInt8]) -> [UInt8] { [UInt8](SHA256.hash(data: message)) }

  static func hash(_ message: [UInt8], trace: [UInt8]) -> [UInt8] {
    if trace.isEmpty { return message }
    var hasher = SHA256()
    SHA256.hash(data: trace).withUnsafeBytes { hasher.update(bufferPointer: $0) }
    message.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return [UInt8](hasher.finalize())
  }
}
