import IMAP
import Mail
import Store

/// One long message while a FETCH looks into it: read from the store by range as far as the items ask, and never whole in memory.
struct LongMessage {
  private let record: MessageRecord
  private let account: AccountID
  private let store: Store
  private let layouts: MessageLayouts
  private let isDowngraded: Bool
  private var layout: MessageLayout?
  private var header: Header?
  /// The structure of its first octets.
  private var leading: MIMEStructure?
  /// What was read last, and where it stands: the first octets at the beginning.
  private var window: (start: Int, octets: [UInt8])
  /// Octets of decoded parts, counted once.
  private var decodedSizes: [SectionSpec: Int] = [:]

  /// Bytes that are read at once.
  static let piece = 256 << 10
  /// Parts that end so early are found without the rest.
  private static let leadingOctets = 64 << 10
  private static let longestBoundaryLine = 2_048
  /// Headers longer than this are not kept.
  private static let headerLimit = 256 << 10

  /// The message's own header.
  private struct Header {
    var range: Range<Int>
    /// nil for a very long one.
    var octets: [UInt8]?
  }

  /// What an item shows.
  enum Value {
    /// No such section.
    case none
    /// Octets of the message and others, in order.
    case pieces([Downgrade.Piece])
    /// A part's body without its transfer encoding.
    case decoded(Range<Int>, TransferEncoding)
    case unknownEncoding
  }

  /// `head`: its first octets, where they are at hand.
  init(
    _ record: MessageRecord, of account: AccountID, in store: Store, _ layouts: MessageLayouts, isDowngraded: Bool,
    head: [UInt8] = []
  ) {
    self.record = record
    self.account = account
    self.store = store
    self.layouts = layouts
    self.isDowngraded = isDowngraded
    window = (0, isDowngraded ? [] : head)
  }

  /// Octets as the client sees them; those of a downgraded message are known once `prepare` returned.
  var size: Int { layout?.size ?? record.size }

  /// What is asked of a downgraded message besides its octets.
  var downgraded: MessageLayout.Downgraded? { layout?.downgraded }

  /// Reads what must be known before the first octet is sent. What is gone or damaged shows here, as far as it can.
  mutating func prepare(_ items: [FetchItem]) async throws(StoreFault) {
    if isDowngraded { layout = try await layouts.layout(of: record, in: account, store, isDowngraded: true) }
    if layouts.isSuspect(record, of: account) {
      for start in stride(from: 0, to: size, by: Self.piece) {
        _ = try await read(start..<min(size, start + Self.piece))
      }
    }
    guard let item = items.first(where: \.needsContent) else { return }
    if case .pieces(let pieces) = try await value(of: item), case .original(let range)? = pieces.first {
      _ = try await read(range.prefix(Self.piece))
    }
  }

  /// Whether BINARY asks for a part that cannot be decoded (RFC 3516 §4.3).
  mutating func hasUnknownEncoding(_ sections: [SectionSpec]) async throws(StoreFault) -> Bool {
    for section in sections {
      if case .unknownEncoding = try await binary(section) { return true }
    }
    return false
  }

  /// What `BODY[…]` and its kin show, partials applied.
  mutating func value(of item: FetchItem) async throws(StoreFault) -> Value {
    switch item {
    case .rfc822: return .pieces([.original(0..<size)])
    case .rfc822Header: return try await section(SectionSpec(.header))
    case .rfc822Text: return try await section(SectionSpec(.text))
    case .section(let spec, _, let partial): return try await section(spec).cut(partial)
    case .binary(let spec, _, _), .binarySize(let spec): return try await binary(spec)
    default: return .none
    }
  }

  private mutating func section(_ spec: SectionSpec) async throws(StoreFault) -> Value {
    switch try await place(of: spec) {
    case nil: return .none
    case .range(let range)?: return .pieces([.original(range)])
    case .fields(let names, let areWanted, let header)?: return try await fields(names, areWanted, header)
    }
  }

  private mutating func place(of spec: SectionSpec) async throws(StoreFault) -> SectionResolver.Place? {
    if spec.part.isEmpty, layout == nil {
      if spec.text == .whole { return .range(0..<size) }
      let header = try await ownHeader().range
      return switch spec.text {
      case .whole: .range(0..<size)
      case .header: .range(header)
      case .text: .range(header.upperBound..<size)
      case .headerFields(let names): .fields(names, areWanted: true, header: header)
      case .headerFieldsNot(let names): .fields(names, areWanted: false, header: header)
      case .mime: nil
      }
    }
    if layout == nil, let root = try await rootWithoutParts() {
      // RFC 9051 §6.4.5.1: a message without parts has part 1, its body.
      guard spec.part == [1] else { return nil }
      return switch spec.text {
      case .whole: .range(root.headerRange.upperBound..<size)
      case .mime: .range(root.headerRange)
      default: nil
      }
    }
    let size = size
    return SectionResolver.place(of: spec, size: size, try await structure(for: spec))
  }

  /// The structure as far as the section needs it: texts mostly stand before attachments, and those need not be read for them.
  private mutating func structure(for spec: SectionSpec) async throws(StoreFault) -> MIMEStructure {
    if layout == nil {
      let octets = min(Self.leadingOctets, size)
      if leading == nil { leading = MIMEScanner.scan(try await read(0..<octets)) }
      // What ends well before the last of them ends there whatever follows: only a line that is cut off could be read differently.
      if let leading, let index = leading.part(atSection: spec.part.map(Int.init)) {
        let part = leading.parts[index]
        let end = spec.text == .mime ? part.headerRange.upperBound : part.bodyRange.upperBound
        if end < octets - Self.longestBoundaryLine { return leading }
      }
    }
    return try await structure()
  }

  private mutating func structure() async throws(StoreFault) -> MIMEStructure {
    if let layout { return layout.structure }
    let found = try await layouts.layout(of: record, in: account, store, isDowngraded: false)
    layout = found
    return found.structure
  }

  /// The message itself where its header says that it has no parts.
  private mutating func rootWithoutParts() async throws(StoreFault) -> MIMEPart? {
    guard let octets = try await ownHeader().octets else { return nil }
    let root = MIMEScanner.scan(octets).root
    return root.kind == .single ? root : nil
  }

  /// The header is read by pieces until its blank line.
  private mutating func ownHeader() async throws(StoreFault) -> Header {
    if let header { return header }
    var found: Header
    if let range = layout?.structure.root.headerRange {
      found = Header(range: range)
      if range.count <= Self.headerLimit { found.octets = try await read(range) }
    } else if let octets = try await shortHeader() {
      found = Header(range: 0..<octets.count, octets: octets)
    } else {
      found = Header(range: try await structure().root.headerRange)
    }
    header = found
    return found
  }

  /// nil where it is longer than what is kept of headers.
  private mutating func shortHeader() async throws(StoreFault) -> [UInt8]? {
    var octets = window.start == 0 ? window.octets : []
    var step = 16 << 10
    while true {
      let block = HeaderBlock(scanning: octets)
      if block.hasBlankLine || octets.count >= size { return Array(octets[block.range]) }
      if octets.count >= Self.headerLimit { return nil }
      octets = try await read(0..<min(size, max(octets.count * 4, step)))
      step = octets.count
    }
  }

  private mutating func fields(
    _ names: [String], _ areWanted: Bool, _ range: Range<Int>
  ) async throws(StoreFault) -> Value {
    if let header, header.range == range, let octets = header.octets {
      return .pieces([.replaced(SectionResolver.fields(names, areWanted: areWanted, 0..<octets.count, octets.span))])
    }
    if range.count <= Self.headerLimit {
      let octets = try await read(range)
      return .pieces([.replaced(SectionResolver.fields(names, areWanted: areWanted, 0..<octets.count, octets.span))])
    }
    // Too long to be kept: where the fields are is.
    let (store, account, layout) = (store, account, layout)
    let email = record.email
    let (ranges, hasBlankLine) = try await layouts.budget.holding(range.count) { () async throws(StoreFault) in
      let octets = try await Self.read(range, layout, email, account, store)
      return SectionResolver.fieldRanges(names, areWanted: areWanted, 0..<octets.count, octets.span)
    }
    var pieces = ranges.map { field in
      Downgrade.Piece.original(range.lowerBound + field.lowerBound..<range.lowerBound + field.upperBound)
    }
    if hasBlankLine { pieces.append(.replaced([0x0D, 0x0A])) }
    return .pieces(pieces)
  }

  // MARK: BINARY

  private mutating func binary(_ spec: SectionSpec) async throws(StoreFault) -> Value {
    // Headers have no transfer encoding, and a message's text holds its parts as they are (RFC 3516 §4.2).
    guard spec.text == .whole, !spec.part.isEmpty else { return try await section(spec) }
    if layout == nil, let root = try await rootWithoutParts() {
      return spec.part == [1] ? Self.content(of: root, root.headerRange.upperBound..<size) : .none
    }
    let structure = try await structure(for: spec)
    guard let index = structure.part(atSection: spec.part.map(Int.init)) else {
      return try await section(spec)
    }
    return Self.content(of: structure.parts[index], structure.parts[index].bodyRange)
  }

  private static func content(of part: MIMEPart, _ body: Range<Int>) -> Value {
    guard part.kind == .single else { return .pieces([.original(body)]) }
    return switch part.encoding {
    case .other: .unknownEncoding
    case .base64, .quotedPrintable: .decoded(body, part.encoding)
    default: .pieces([.original(body)])
    }
  }

  /// How many octets a value has; a decoded part is read through for it.
  mutating func count(of value: Value, _ spec: SectionSpec) async throws(StoreFault) -> Int {
    switch value {
    case .none, .unknownEncoding: return 0
    case .pieces(let pieces): return pieces.reduce(0) { $0 + $1.count }
    case .decoded(let range, let encoding):
      if let known = decodedSizes[spec] { return known }
      var decoder = TransferDecoder(encoding)
      var count = 0
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.piece) {
        let end = min(range.upperBound, start + Self.piece)
        count += decoder.decode(try await read(start..<end), isLast: end == range.upperBound).count
      }
      decodedSizes[spec] = count
      return count
    }
  }

  /// Hands on the octets `range` of a value, some at a time.
  mutating func forEachPiece(of value: Value, _ range: Range<Int>, _ body: ([UInt8]) async throws -> Void) async throws
  {
    var position = 0
    switch value {
    case .none, .unknownEncoding: break
    case .decoded(let encoded, let encoding):
      var decoder = TransferDecoder(encoding)
      var start = encoded.lowerBound
      while start < encoded.upperBound, position < range.upperBound {
        let end = min(encoded.upperBound, start + Self.piece)
        let octets = decoder.decode(try await read(start..<end), isLast: end == encoded.upperBound)
        let wanted = range.clamped(to: position..<position + octets.count)
        if !wanted.isEmpty {
          try await body(Array(octets[wanted.lowerBound - position..<wanted.upperBound - position]))
        }
        position += octets.count
        start = end
      }
    case .pieces(let pieces):
      // Where the last of many short ones ends.
      var end = 0
      for case .original(let range) in pieces where pieces.count > 1 { end = range.upperBound }
      for piece in pieces {
        let wanted = range.clamped(to: position..<position + piece.count)
        if !wanted.isEmpty {
          let (from, to) = (wanted.lowerBound - position, wanted.upperBound - position)
          switch piece {
          case .replaced(let octets): try await body(Array(octets[from..<to]))
          case .original(let original):
            for start in stride(from: original.lowerBound + from, to: original.lowerBound + to, by: Self.piece) {
              let stop = min(original.lowerBound + to, start + Self.piece)
              try await body(try await read(start..<stop, before: end))
            }
          }
        }
        position += piece.count
      }
    }
  }

  // MARK: Reading

  /// At most `piece` octets are asked for, and kept until the next ones are.
  mutating func read(_ range: Range<Int>) async throws(StoreFault) -> [UInt8] {
    let end = window.start + window.octets.count
    if range.lowerBound >= window.start, range.upperBound <= end {
      if range.count == window.octets.count { return window.octets }
      return Array(window.octets[range.lowerBound - window.start..<range.upperBound - window.start])
    }
    let octets = try await Self.read(range, layout, record.email, account, store)
    window = (range.lowerBound, octets)
    return octets
  }

  /// As above for many short pieces: they are cut out of long ones.
  mutating func read(_ range: Range<Int>, before end: Int) async throws(StoreFault) -> [UInt8] {
    if range.lowerBound < window.start || range.upperBound > window.start + window.octets.count {
      _ = try await read(range.lowerBound..<max(range.upperBound, min(end, range.lowerBound + Self.piece)))
    }
    return try await read(range)
  }

  private static func read(
    _ range: Range<Int>, _ layout: MessageLayout?, _ email: EmailID, _ account: AccountID, _ store: Store
  ) async throws(StoreFault) -> [UInt8] {
    guard let pieces = layout?.downgraded?.pieces else {
      return try await store.content(email, of: account, range: range)
    }
    var octets: [UInt8] = []
    octets.reserveCapacity(range.count)
    var start = 0
    for piece in pieces where start < range.upperBound {
      let wanted = range.clamped(to: start..<start + piece.count)
      if !wanted.isEmpty {
        let (from, to) = (wanted.lowerBound - start, wanted.upperBound - start)
        switch piece {
        case .replaced(let replaced): octets += replaced[from..<to]
        case .original(let original):
          octets += try await store.content(
            email, of: account, range: original.lowerBound + from..<original.lowerBound + to)
        }
      }
      start += piece.count
    }
    return octets
  }
}

extension LongMessage.Value {
  /// The piece that `<first.count>` asks for; all of it for nil.
  fileprivate func cut(_ partial: PartialFetch?) -> LongMessage.Value {
    guard let partial, case .pieces(let pieces) = self else { return self }
    let wanted = partial.range(in: pieces.reduce(0) { $0 + $1.count })
    var start = 0
    var cut: [Downgrade.Piece] = []
    for piece in pieces {
      let part = wanted.clamped(to: start..<start + piece.count)
      if !part.isEmpty {
        let (from, to) = (part.lowerBound - start, part.upperBound - start)
        switch piece {
        case .original(let range): cut.append(.original(range.lowerBound + from..<range.lowerBound + to))
        case .replaced(let octets): cut.append(.replaced(Array(octets[from..<to])))
        }
      }
      start += piece.count
    }
    return .pieces(cut)
  }
}
