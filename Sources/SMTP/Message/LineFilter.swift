/// Passes the text of a message on, in slices as large as the input allows: line ends are made CRLF, and with `isDotted` the
/// dots of RFC 5321 §4.5.2 are removed and the end is found.
///
/// Invariants (RFC 5321 §2.3.8, §4.1.1.4):
/// 1. Only CR LF "." CR LF ends a message, or "." CR LF as its first octets, wherever the input is cut.
/// 2. A bare CR or LF never begins a line in the sense of rule 1: no dot behind it is removed or ends anything.
/// 3. What is handed out holds CR and LF only as CRLF, so that it cannot end a message anywhere else either.
struct LineFilter: Sendable {
  private enum Place {
    /// Behind a true CRLF, or at the beginning.
    case lineStart
    case inLine
    /// Behind a dot at a line's start, which was not handed out.
    case dot
  }

  let isDotted: Bool
  /// 0: none.
  let limit: Int
  var findings = MessageFindings()
  private(set) var isEnded = false
  private var place = Place.lineStart
  /// CRs at the end of what was read, not handed out: the next octet tells what they were.
  private var heldCRs = 0
  private var lineLength = 0

  init(isDotted: Bool, limit: Int) {
    self.isDotted = isDotted
    self.limit = limit
  }

  typealias Sink = (UnsafeRawBufferPointer) -> Void

  /// Reads `input` and returns how much of it belonged to the message.
  mutating func read(_ input: UnsafeRawBufferPointer, _ sink: Sink) -> Int {
    guard let base = input.baseAddress, !isEnded else { return 0 }
    let count = input.count
    var nul: UInt64 = 0
    var high: UInt64 = 0
    var index = 0
    // What lies from here to `index` is to be handed out as it is.
    var start = 0
    while index < count {
      if heldCRs > 0 {
        if releaseCRs(base.load(fromByteOffset: index, as: UInt8.self), sink) { index &+= 1 }
        start = index
        if isEnded { break }
        continue
      }
      if place != .inLine, isDotted {
        let byte = base.load(fromByteOffset: index, as: UInt8.self)
        if place == .dot {
          // RFC 5321 §4.5.2: the dot is removed unless the line is the dot alone; only CR can still make it that.
          start = index
          if byte == .cr {
            heldCRs = 1
            index &+= 1
            start = index
          } else {
            place = .inLine
          }
          continue
        }
        if byte == .dot {
          hand(base, start, index, sink)
          place = .dot
          index &+= 1
          start = index
          continue
        }
      }
      let end = LineScan.lineEnd(base, from: index, to: count, nul: &nul, high: &high)
      lineLength &+= end &- index
      place = .inLine
      if end == count {
        index = count
      } else if base.load(fromByteOffset: end, as: UInt8.self) == .lf {
        findings.hasBareLF = true
        hand(base, start, end, sink)
        handLineEnd(sink)
        index = end &+ 1
        start = index
      } else if end &+ 1 < count, base.load(fromByteOffset: end &+ 1, as: UInt8.self) == .lf {
        endLine()
        place = .lineStart
        index = end &+ 2
      } else {
        hand(base, start, end, sink)
        heldCRs = 1
        index = end &+ 1
        start = index
      }
    }
    hand(base, start, index, sink)
    if nul != 0 { findings.hasNUL = true }
    if high != 0 { findings.has8Bit = true }
    return index
  }

  /// Hands `input` out as it is.
  mutating func pass(_ input: UnsafeRawBufferPointer, _ sink: Sink) {
    if let base = input.baseAddress { hand(base, 0, input.count, sink) }
  }

  /// Nothing follows: a CR at the end was bare.
  mutating func finish(_ sink: Sink) {
    if heldCRs > 0 {
      findings.hasBareCR = true
      while heldCRs > 0 {
        handLineEnd(sink)
        heldCRs -= 1
      }
    }
    if place == .dot { place = .inLine }
    endLine()
  }

  /// Decides about the held CRs by the octet behind them; true when that octet is done with.
  private mutating func releaseCRs(_ next: UInt8, _ sink: Sink) -> Bool {
    switch next {
    case .cr:
      findings.hasBareCR = true
      heldCRs += 1
      return true
    case .lf:
      if place == .dot, heldCRs == 1 {
        heldCRs = 0
        isEnded = true
        return true
      }
      // CR CR LF is one line end, written twice by a careless conversion: an empty line here would cut a header in two.
      heldCRs = 0
      handLineEnd(sink)
      place = .lineStart
      return true
    default:
      findings.hasBareCR = true
      while heldCRs > 0 {
        handLineEnd(sink)
        heldCRs -= 1
      }
      place = .inLine
      return false
    }
  }

  private mutating func endLine() {
    if lineLength > findings.longestLine { findings.longestLine = lineLength }
    lineLength = 0
  }

  private mutating func handLineEnd(_ sink: Sink) {
    endLine()
    withUnsafeBytes(of: (UInt8.cr, UInt8.lf)) { pair in
      if let base = pair.baseAddress { hand(base, 0, 2, sink) }
    }
    place = .inLine
  }

  private mutating func hand(_ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ sink: Sink) {
    guard end > start, !findings.isTooLarge else { return }
    if limit > 0, end - start > limit - findings.octets {
      findings.isTooLarge = true
      return
    }
    findings.octets += end - start
    sink(UnsafeRawBufferPointer(start: base + start, count: end - start))
  }
}
