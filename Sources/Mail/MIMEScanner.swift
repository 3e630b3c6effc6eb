/// Finds a message's parts in one pass over its bytes (RFC 2046 §5).
///
/// Never fails; time is linear in the bytes whatever they hold. Of a line that several open boundaries match, the
/// longest match wins, then the innermost: a boundary need not be followed by a line end (RFC 2046 §5.1.1).
public struct MIMEScanner {
  /// The structure of the message that `bytes` is.
  public static func scan(_ bytes: Span<UInt8>, limits: MailLimits = MailLimits()) -> MIMEStructure {
    var scanner = MIMEScanner(limits: limits)
    return scanner.run(bytes)
  }

  /// The structure of the message that `bytes` is.
  public static func scan(_ bytes: [UInt8], limits: MailLimits = MailLimits()) -> MIMEStructure {
    scan(bytes.span, limits: limits)
  }

  /// The structure of the message that `bytes` is.
  public static func scan(_ bytes: UnsafeRawBufferPointer, limits: MailLimits = MailLimits()) -> MIMEStructure {
    scan(bytes.assumingMemoryBound(to: UInt8.self).span, limits: limits)
  }

  /// A part whose end is not yet found.
  private struct Open {
    var part: Int
    /// LF passed before its body.
    var linesBefore: Int
  }

  /// A multipart that awaits delimiter lines.
  private struct Boundary {
    /// Index in `open`.
    var level: Int
    var text: [UInt8]
  }

  private struct Delimiter {
    /// Index in `boundaries`.
    var boundary: Int
    var isClosing: Bool
    var line: Range<Int>
  }

  private let limits: MailLimits
  private var structure = MIMEStructure(parts: [])
  private var open: [Open] = []
  private var boundaries: [Boundary] = []
  private var position = 0
  private var lines = 0

  private init(limits: MailLimits) { self.limits = limits }

  private mutating func run(_ bytes: Span<UInt8>) -> MIMEStructure {
    openPart(bytes, parent: nil)
    while let delimiter = nextDelimiter(bytes) {
      let level = boundaries[delimiter.boundary].level
      close(bytes, downTo: level + 1, before: delimiter.line.lowerBound)
      position = delimiter.line.upperBound
      if bytes[position &- 1] == ASCII.lf { lines &+= 1 }
      if delimiter.isClosing {
        boundaries.removeSubrange(delimiter.boundary...)
      } else if structure.parts.count < limits.parts {
        boundaries.removeSubrange((delimiter.boundary + 1)...)
        openPart(bytes, parent: open[level].part)
      } else {
        structure.isTruncated = true
      }
    }
    closeAll(bytes)
    return structure
  }

  // MARK: Opening

  /// Opens the part whose header starts at `position`, and the messages that it embeds.
  private mutating func openPart(_ bytes: Span<UInt8>, parent: Int?) {
    var parent = parent
    while true {
      let index = structure.parts.count
      let depth = parent.map { structure.parts[$0].depth + 1 } ?? 0
      var part = MIMEPart(
        parent: parent, depth: depth, headerRange: position..<position, bodyRange: position..<position)
      if let parent { structure.parts[parent].childCount += 1 }
      let isDigest = parent.map { structure.parts[$0].kind == .multipart && structure.parts[$0].subtype == "digest" }
      scanHeader(bytes, &part, isDigest: isDigest ?? false)
      open.append(Open(part: index, linesBefore: lines))
      var descends = false
      switch (part.type, part.subtype) {
      case ("multipart", _) where depth < limits.depth:
        part.kind = .multipart
        openBoundary(bytes, part)
      case ("message", "rfc822") where depth < limits.depth && index + 1 < limits.parts,
        ("message", "global") where depth < limits.depth && index + 1 < limits.parts:
        part.kind = .message
        descends = true
      case ("multipart", _), ("message", "rfc822"), ("message", "global"): structure.isTruncated = true
      default: break
      }
      structure.parts.append(part)
      guard descends else { return }
      parent = index
    }
  }

  private mutating func openBoundary(_ bytes: Span<UInt8>, _ part: MIMEPart) {
    guard let field = part.fields.type,
      let boundary = ContentType.boundary(bytes, field, limits: limits), !boundary.isEmpty,
      boundary.count <= limits.boundaryLength
    else { return }
    boundaries.append(Boundary(level: open.count - 1, text: boundary))
  }

  private mutating func scanHeader(_ bytes: Span<UInt8>, _ part: inout MIMEPart, isDigest: Bool) {
    var scanner = FieldScanner(position: position, end: bytes.count)
    scan: while true {
      switch scanner.next(bytes, isBoundary: { match(bytes, $0) != nil }) {
      case .field(let field): ContentType.note(bytes, field, in: &part.fields)
      case .blankLine, .boundary, .end: break scan
      }
    }
    part.headerRange = position..<scanner.position
    part.bodyRange = scanner.position..<scanner.position
    position = scanner.position
    lines &+= scanner.lines
    // RFC 2046 §5.1.5: in a digest a part without Content-Type is a message.
    if isDigest { (part.type, part.subtype) = ("message", "rfc822") }
    if let field = part.fields.type, let type = ContentType.typeAndSubtype(bytes, field) {
      (part.type, part.subtype) = type
    }
    if let field = part.fields.transferEncoding { part.encoding = TransferEncoding(bytes, field) }
  }

  // MARK: Closing

  /// Closes the parts above `level`: they end before the line end that belongs to the delimiter at `lineStart`.
  private mutating func close(_ bytes: Span<UInt8>, downTo level: Int, before lineStart: Int) {
    var end = lineStart
    if end > 0, bytes[end &- 1] == ASCII.lf {
      end &-= 1
      if end > 0, bytes[end &- 1] == ASCII.cr { end &-= 1 }
    }
    // A header's own blank line may touch the delimiter: then the line end is the header's, and the part and the
    // messages around it end at `lineStart`.
    var childEnd = 0
    while open.count > level, let last = open.popLast() {
      let bodyEnd = max(end, structure.parts[last.part].bodyRange.lowerBound, childEnd)
      let linesAtEnd = bodyEnd < lineStart ? lines &- 1 : lines
      finish(last, bodyEnd, linesAtEnd)
      childEnd = bodyEnd
    }
  }

  private mutating func closeAll(_ bytes: Span<UInt8>) {
    while let last = open.popLast() { finish(last, bytes.count, lines) }
  }

  private mutating func finish(_ part: Open, _ bodyEnd: Int, _ linesAtEnd: Int) {
    structure.parts[part.part].bodyRange = structure.parts[part.part].bodyRange.lowerBound..<bodyEnd
    structure.parts[part.part].lineCount = linesAtEnd &- part.linesBefore
    structure.parts[part.part].subtreeEnd = structure.parts.count
  }

  // MARK: Delimiters

  /// Moves to the next delimiter line of an open multipart, counting lines; nil at the end.
  private mutating func nextDelimiter(_ bytes: Span<UInt8>) -> Delimiter? {
    guard !boundaries.isEmpty else {
      lines &+= ASCII.count(of: ASCII.lf, in: bytes, position..<bytes.count)
      position = bytes.count
      return nil
    }
    while position < bytes.count {
      guard let start = ASCII.nextDashes(in: bytes, from: position, lines: &lines) else {
        position = bytes.count
        return nil
      }
      position = start
      let line = start..<ASCII.lineEnd(in: bytes, from: start, to: bytes.count)
      if let found = match(bytes, line) {
        let rest = start &+ 2 &+ boundaries[found].text.count
        let isClosing = rest &+ 1 < line.upperBound && bytes[rest] == 0x2D && bytes[rest &+ 1] == 0x2D
        return Delimiter(boundary: found, isClosing: isClosing, line: line)
      }
      if bytes[line.upperBound &- 1] == ASCII.lf { lines &+= 1 }
      position = line.upperBound
    }
    return nil
  }

  /// The index of the boundary that a line starting with "--" is a delimiter of.
  private func match(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Int? {
    var found: Int?
    var length = 0
    let start = line.lowerBound &+ 2
    for index in boundaries.indices.reversed() {
      let count = boundaries[index].text.count
      guard count > length, count <= line.upperBound &- start else { continue }
      if ASCII.isSame(bytes, at: start, boundaries[index].text) {
        found = index
        length = count
      }
    }
    return found
  }
}
