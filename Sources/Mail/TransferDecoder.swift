/// Undoes a transfer encoding piece by piece, so that a long part is never whole in memory.
///
/// All that comes out together is what `TransferEncoding.decode` makes of the whole.
public struct TransferDecoder: Sendable {
  private let encoding: TransferEncoding
  private var pending = Base64.Pending()
  /// Quoted-printable that cannot be told yet.
  private var rest: [UInt8] = []

  /// A piece without a place where it may be cut is cut anywhere: no mail has such lines.
  private static let longestRest = 1 << 20

  public init(_ encoding: TransferEncoding) { self.encoding = encoding }

  /// What the next piece stands for, as far as it can be told; `isLast`: nothing follows.
  public mutating func decode(_ piece: [UInt8], isLast: Bool) -> [UInt8] {
    switch encoding {
    case .base64: return Base64.decodeLenient(piece.span, &pending)
    case .quotedPrintable:
      rest += piece
      let end = isLast || rest.count > Self.longestRest ? rest.count : Self.safeEnd(rest)
      let decoded = QuotedPrintable.decode(rest.span.extracting(0..<end))
      rest.removeFirst(end)
      return decoded
    default: return piece
    }
  }

  /// The last place that is in no escape, soft line break or run of blanks: what stands before it means the same whatever follows.
  private static func safeEnd(_ bytes: [UInt8]) -> Int {
    var end = bytes.count
    while end > 0 {
      let last = bytes[end - 1]
      let isOpen = last == 0x3D || ASCII.isWSP(last) || last == ASCII.cr || (end > 1 && bytes[end - 2] == 0x3D)
      if !isOpen { return end }
      end -= 1
    }
    return 0
  }
}
