import Mail
import MailAuth
import Postroom

/// Makes a header safe to put our own fields in front of; it is held back until it is whole, the body passes.
///
/// 1. What claims to be our own finding is taken out (RFC 8601 §5), and a first line that would continue the last of our fields.
/// 2. Scripts and printers forget the blank line: where only lines that are no fields follow, the body begins (RFC 5322 §2.1).
struct ArrivingHeader {
  /// What was taken out, and in front of which octet of the rest it stood: signatures are checked over the message as it came.
  struct Removal: Sendable {
    var offset: Int
    var bytes: [UInt8]
  }

  private let names: [String]
  private let endsHeader: Bool
  private var held: [UInt8] = []
  private var lineStart = 0
  private var isOver = false
  private(set) var removals: [Removal] = []
  /// There are more fields than are looked at: what they claim is not known.
  private(set) var isTooLong = false

  /// - Parameters:
  ///   - names: the authserv-ids that are ours.
  ///   - endsHeader: rule 2 holds.
  init(of names: [String], endsHeader: Bool = true) {
    self.names = names
    self.endsHeader = endsHeader
  }

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
    let block = HeaderBlock(scanning: held.span, from: 0, to: held.count)
    isTooLong = block.isTruncated
    let mayEnd = endsHeader && !isTooLong && held.count <= AuthoredHeader.limit
    let body = mayEnd ? Self.textWithoutFields(block, held) : nil
    let dropped = dropped(block, isText: body == 0)
    if dropped.isEmpty, body == nil {
      held.withUnsafeBytes(sink)
    } else {
      var kept: [UInt8] = []
      var start = 0
      for range in dropped {
        kept += held[start..<range.lowerBound]
        removals.append(Removal(offset: kept.count, bytes: Array(held[range])))
        start = range.upperBound
      }
      if let body {
        kept += held[start..<body]
        kept += "\r\n".utf8
        start = body
      }
      kept += held[start...]
      kept.withUnsafeBytes(sink)
    }
    held = []
  }

  /// The fields that must not stay, in order.
  private func dropped(_ block: HeaderBlock, isText: Bool) -> [Range<Int>] {
    let forged = block.all("Authentication-Results", in: held.span).filter {
      AuthenticationResults.claims(Array(held[$0.value]), toBeFrom: names)
    }.map(\.range)
    guard !isText, let first = block.fields.first?.range, ASCII.isWSP(held[first.lowerBound]) else { return forged }
    return [first] + forged
  }

  /// Where the lines begin behind which no field comes; nil where there are none.
  private static func textWithoutFields(_ block: HeaderBlock, _ bytes: [UInt8]) -> Int? {
    var lines = block.fields.reversed().prefix { $0.name.isEmpty }.count
    // A mailbox file's "From " line in front.
    if lines == block.fields.count, let first = block.fields.first?.range, bytes[first].starts(with: "From ".utf8) {
      lines -= 1
    }
    return lines > 0 ? block.fields[block.fields.count - lines].range.lowerBound : nil
  }
}
