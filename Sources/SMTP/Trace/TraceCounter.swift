/// Watches the header of a message pass by: counts Received fields and octets (RFC 5321 §6.3: a loop shows in their number).
///
/// Fed with the slices that `DotReader` and `ChunkReader` hand out, whose line ends are CRLF or, in BINARYMIME, anything.
public struct TraceCounter: Sendable {
  /// Received fields seen.
  public private(set) var received = 0
  /// Delivered-To fields seen.
  public private(set) var deliveredTo = 0
  /// Octets of the header, its blank line included.
  public private(set) var headerOctets = 0
  /// The header has a CR that no LF follows. Never so but in BINARYMIME.
  public private(set) var hasBareCR = false
  /// The blank line was seen: the rest is not looked at.
  public private(set) var isHeaderEnded = false

  /// The beginning of the current line, as long as it could matter.
  private var start: [UInt8] = []
  private static let longestName = 13
  /// The octet before was CR.
  private var isBehindCR = false

  public init() { start.reserveCapacity(Self.longestName) }

  public mutating func read(_ slice: UnsafeRawBufferPointer) {
    guard !isHeaderEnded, let base = slice.baseAddress else { return }
    var index = 0
    while index < slice.count {
      if start.count < Self.longestName {
        let byte = slice[index]
        index += 1
        pass(byte)
        if byte == .lf {
          if endLine() {
            headerOctets += index
            return
          }
        } else {
          start.append(byte)
          if start.count == Self.longestName { countName() }
        }
      } else {
        // The name is known: on to the line's end.
        var unused: UInt64 = 0
        var alsoUnused: UInt64 = 0
        pass(slice[index])
        let from = index
        index = LineScan.lineEnd(base, from: index, to: slice.count, nul: &unused, high: &alsoUnused)
        if index < slice.count {
          if index > from { pass(slice[index]) }
          if slice[index] == .lf { start.removeAll(keepingCapacity: true) }
          index += 1
        }
      }
    }
    headerOctets += slice.count
  }

  private mutating func pass(_ octet: UInt8) {
    if isBehindCR, octet != .lf { hasBareCR = true }
    isBehindCR = octet == .cr
  }

  /// True when the line was blank.
  private mutating func endLine() -> Bool {
    countName()
    if start.isEmpty || start == [.cr] {
      isHeaderEnded = true
      return true
    }
    start.removeAll(keepingCapacity: true)
    return false
  }

  private mutating func countName() {
    let isReceived = start.span.hasPrefix("RECEIVED:", at: 0)
    let isDeliveredTo = start.span.hasPrefix("DELIVERED-TO:", at: 0)
    if isReceived { received += 1 }
    if isDeliveredTo { deliveredTo += 1 }
  }
}
