import IMAP
import Mail

/// One message while a FETCH looks into it: scanned only as far as the items ask, and once.
struct MessageContent {
  private let bytes: [UInt8]
  private var scanned: MIMEStructure?
  private var header: HeaderBlock?
  private var lastDecoded: (spec: SectionSpec, decoded: SectionResolver.Decoded)?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private mutating func structure() -> MIMEStructure {
    if let scanned { return scanned }
    let structure = MIMEScanner.scan(bytes)
    scanned = structure
    return structure
  }

  private mutating func headerBlock() -> HeaderBlock {
    if let header { return header }
    let block = HeaderBlock(scanning: bytes)
    header = block
    return block
  }

  /// The octets of `BODY[…]<…>`, RFC822 and its kin; nil where the message has no such section.
  mutating func octets(of item: FetchItem) -> ArraySlice<UInt8>? {
    switch item {
    case .rfc822: bytes[...]
    case .rfc822Header: section(SectionSpec(.header), nil)
    case .rfc822Text: section(SectionSpec(.text), nil)
    case .section(let spec, _, let partial): section(spec, partial)
    default: nil
    }
  }

  private mutating func section(_ spec: SectionSpec, _ partial: PartialFetch?) -> ArraySlice<UInt8>? {
    var content: SectionResolver.Content?
    if spec.part.isEmpty {
      content = topLevel(spec.text)
    } else {
      let structure = structure()
      content = SectionResolver.resolve(spec, in: bytes.span, structure)
    }
    return switch content?.piece(partial) {
    case .range(let range): bytes[range]
    case .octets(let octets): octets[...]
    case nil: nil
    }
  }

  /// Sections of the message itself need its header only, not its parts.
  private mutating func topLevel(_ text: SectionSpec.Text) -> SectionResolver.Content? {
    if text == .whole { return .range(0..<bytes.count) }
    let header = headerBlock().range
    return switch text {
    case .whole: .range(0..<bytes.count)
    case .header: .range(header)
    case .text: .range(header.upperBound..<bytes.count)
    case .headerFields(let names): .octets(SectionResolver.fields(names, areWanted: true, header, bytes.span))
    case .headerFieldsNot(let names): .octets(SectionResolver.fields(names, areWanted: false, header, bytes.span))
    case .mime: nil
    }
  }

  /// The decoded octets of `BINARY[…]` (RFC 3516), kept for the BINARY.SIZE or BINARY of the same section that often follows.
  mutating func decoded(_ spec: SectionSpec) -> SectionResolver.Decoded {
    if let lastDecoded, lastDecoded.spec == spec { return lastDecoded.decoded }
    let decoded: SectionResolver.Decoded
    if spec.text == .whole {
      let structure = structure()
      decoded = SectionResolver.decode(spec.part, in: bytes.span, structure)
    } else {
      // Headers have no transfer encoding, and a message's text holds its parts as they are (RFC 3516 §4.2).
      decoded = section(spec, nil).map { .octets(Array($0)) } ?? .none
    }
    lastDecoded = (spec, decoded)
    return decoded
  }
}

extension SectionResolver.Decoded {
  /// How many octets; none for a part that is not there.
  var count: Int { if case .octets(let octets) = self { octets.count } else { 0 } }
}
