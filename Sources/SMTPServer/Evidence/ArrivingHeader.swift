import Mail
import MailAuth
import Postroom

/// Takes out of a header what claims to be our own finding (RFC 8601 §5): the header is held back until it is whole, the body passes.
struct ForgedResults {
  /// What was taken out, and in front of which octet of the rest it stood: signatures are checked over the message as it came.
  struct Removal: Sendable {
    var offset: Int
    var bytes: [UInt8]
  }

  private let names: [String]
  private var held: [UInt8] = []
  private var lineStart = 0
  private var isOver = false
  private(set) var removals: [Removal] = []

  /// - Parameter names: the authserv-ids that are ours.
  init(of names: [String]) { self.names = names }

  mutating func take(_ piece: UnsafeRawBufferPointer, _ sink: (UnsafeRawBufferPointer) -> Void) {
    if isOver { return sink(piece) }
    var scanned = held.count
    held += piece
    while let end = held[scanned...].firstIndex(of: ASCII.lf) {
      let length = end - lineStart
      if length == 0 || length == 1 && held[lineStart] == ASCII.cr { return give(sink) }
      lineStart = end + 1
      scanned = end + 1
    }
    // So long a header is refused at the message's end.
    if held.count > AuthoredHeader.limit { give(sink) }
  }

  /// The message is over.
  mutating func finish(_ sink: (UnsafeRawBufferPointer) -> Void) {
    if !isOver { give(sink) }
  }

  private mutating func give(_ sink: (UnsafeRawBufferPointer) -> Void) {
    isOver = true
    let forged = forged()
    var kept: [UInt8] = []
    var start = 0
    for range in forged {
      kept += held[start..<range.lowerBound]
      removals.append(Removal(offset: kept.count, bytes: Array(held[range])))
      start = range.upperBound
    }
    if forged.isEmpty {
      held.withUnsafeBytes(sink)
    } else {
      kept += held[start...]
      kept.withUnsafeBytes(sink)
    }
    held = []
  }

  private func forged() -> [Range<Int>] {
    let block = HeaderBlock(scanning: held.span, from: 0, to: held.count)
    return block.all("Authentication-Results", in: held.span).filter {
      AuthenticationResults.claims(Array(held[$0.value]), toBeFrom: names)
    }.map(\.range)
  }
}
