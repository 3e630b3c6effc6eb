internal import Crypto

/// Canonicalises a body as it arrives and hashes it (RFC 6376 §3.4.3, §3.4.4); memory does not grow with the body.
///
/// A bare LF counts as a line end, as in every signer that reads files.
struct BodyHasher {
  /// What is hashed: bodies that agree in it share one hash.
  struct Request: Hashable, Sendable {
    var canonicalization: Canonicalization
    /// Only so many bytes of the canonical body (l=); nil: all.
    var length: UInt64?
  }

  struct Outcome: Hashable, Sendable {
    var digest: [UInt8]
    /// Length of the whole canonical body in bytes.
    var total: UInt64
  }

  let request: Request
  private var hash = SHA256()
  private var buffer: [UInt8] = []
  private var total: UInt64 = 0
  private var left: UInt64
  /// A CR that may belong to a line end.
  private var holdsCR = false
  /// Line ends seen since the last byte that counts; those at the end of the body are dropped.
  private var heldBreaks = 0
  /// White space seen since the last byte that counts; kept as one blank if something follows in the line (relaxed).
  private var holdsBlank = false
  private var hasContent = false

  init(_ request: Request) {
    self.request = request
    left = request.length ?? .max
    buffer.reserveCapacity(Self.bufferSize + 8)
  }

  private static let bufferSize = 8192

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let isRelaxed = request.canonicalization == .relaxed
    for byte in bytes {
      if holdsCR {
        holdsCR = false
        if byte != 0x0A { content(0x0D) }
      }
      switch byte {
      case 0x0D: holdsCR = true
      case 0x0A: endLine()
      case 0x20, 0x09:
        if isRelaxed { holdsBlank = true } else { content(byte) }
      default: content(byte)
      }
    }
  }

  private mutating func endLine() {
    // Relaxed: white space at the end of a line is ignored.
    holdsBlank = false
    heldBreaks += 1
  }

  @inline(__always)
  private mutating func content(_ byte: UInt8) {
    if heldBreaks > 0 { releaseBreaks() }
    if holdsBlank {
      holdsBlank = false
      buffer.append(0x20)
    }
    hasContent = true
    buffer.append(byte)
    if buffer.count >= Self.bufferSize { flush() }
  }

  private mutating func releaseBreaks() {
    while heldBreaks > 0 {
      buffer.append(0x0D)
      buffer.append(0x0A)
      heldBreaks -= 1
      if buffer.count >= Self.bufferSize { flush() }
    }
  }

  private mutating func flush() {
    total += UInt64(buffer.count)
    let count = Int(min(left, UInt64(buffer.count)))
    buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    left -= UInt64(count)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Ends the body.
  mutating func finish() -> Outcome {
    if holdsCR {
      holdsCR = false
      content(0x0D)
    }
    // One CRLF ends the body, also where there was none; an empty body is CRLF in simple, nothing in relaxed.
    if hasContent || request.canonicalization == .simple {
      buffer.append(0x0D)
      buffer.append(0x0A)
    }
    flush()
    return Outcome(digest: Array(hash.finalize()), total: total)
  }
}
