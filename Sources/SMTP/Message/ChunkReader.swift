/// Reads the chunks of a message that come by BDAT (RFC 3030), one reader for the whole message.
///
/// Text gets the same line ends as by DATA, also where a CR ends one chunk and its LF begins the next. BINARYMIME passes untouched.
public struct ChunkReader: Sendable {
  private var filter: LineFilter
  /// The message is BINARYMIME.
  public let isBinary: Bool
  /// Octets of the current chunk that have not come.
  public private(set) var remaining = 0

  public init(isBinary: Bool, limit: Int = 0) {
    self.isBinary = isBinary
    filter = LineFilter(isDotted: false, limit: limit)
  }

  public var findings: MessageFindings { filter.findings }
  /// The current chunk was read whole.
  public var isChunkEnded: Bool { remaining == 0 }

  /// The next chunk has `size` octets.
  public mutating func begin(_ size: Int) { remaining = size }

  /// Reads a piece of the current chunk.
  /// - Parameter sink: gets slices of the message, valid during the call.
  /// - Returns: how many octets belonged to the chunk.
  public mutating func read(_ input: UnsafeRawBufferPointer, _ sink: (UnsafeRawBufferPointer) -> Void) -> Int {
    let count = min(remaining, input.count)
    guard count > 0 else { return 0 }
    remaining -= count
    let piece = UnsafeRawBufferPointer(rebasing: input[..<count])
    if isBinary {
      filter.pass(piece, sink)
    } else {
      _ = filter.read(piece, sink)
    }
    return count
  }

  /// Reads a piece of the current chunk.
  public mutating func read(_ input: [UInt8], _ sink: (UnsafeRawBufferPointer) -> Void) -> Int {
    input.withUnsafeBytes { read($0, sink) }
  }

  /// The last chunk was read: hands out what was held back.
  public mutating func finish(_ sink: (UnsafeRawBufferPointer) -> Void) {
    if !isBinary { filter.finish(sink) }
  }
}
