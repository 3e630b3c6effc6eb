/// Reads a message once as it arrives: keeps the header, hashes the body in every form that its signatures ask for.
///
/// Memory: the header (up to `AuthLimits.headerBytes`) and a fixed amount for each body hash.
public struct MessageScanner {
  private let limits: AuthLimits
  private var header: [UInt8] = []
  private var isInBody = false
  private var isTooLong = false
  /// Bytes of the current header line, its CR left out.
  private var lineLength = 0
  private var endsInCR = false
  private var fields: [ScannedField] = []
  private var hashers: [BodyHasher] = []
  private var wanted: Set<BodyHasher.Request> = []

  /// - Parameter alsoHash: forms of the body that a signer is going to need.
  public init(limits: AuthLimits = AuthLimits(), alsoHash: Set<Canonicalization> = []) {
    self.limits = limits
    for form in alsoHash { wanted.insert(.init(canonicalization: form, length: nil)) }
  }

  /// Takes the next bytes of the message; dots must already be unstuffed.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var body = bytes
    if !isInBody {
      let count = headerBytes(of: bytes)
      keep(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      guard isInBody else { return }
      endHeader()
      body = UnsafeRawBufferPointer(rebasing: bytes[count...])
    }
    for index in hashers.indices { hashers[index].append(body) }
  }

  /// Takes the next bytes of the message.
  public mutating func append(_ bytes: some Sequence<UInt8>) {
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { append(UnsafeRawBufferPointer($0)) }
    if isDone == nil { Array(bytes).withUnsafeBytes { append($0) } }
  }

  /// Ends the message.
  public mutating func finish() -> ScannedMessage {
    if !isInBody { endHeader() }
    var message = ScannedMessage(header: header, fields: fields, isHeaderTooLong: isTooLong)
    for index in hashers.indices { message.bodies[hashers[index].request] = hashers[index].finish() }
    return message
  }

  /// Scans a whole message that is in memory.
  public static func scan(
    _ bytes: [UInt8], limits: AuthLimits = AuthLimits(), alsoHash: Set<Canonicalization> = []
  ) -> ScannedMessage {
    var scanner = MessageScanner(limits: limits, alsoHash: alsoHash)
    scanner.append(bytes)
    return scanner.finish()
  }

  /// How many of the bytes belong to the header, with the blank line that ends it; sets `isInBody` when that came.
  private mutating func headerBytes(of bytes: UnsafeRawBufferPointer) -> Int {
    for index in bytes.indices {
      switch bytes[index] {
      case 0x0A:
        if lineLength == 0 {
          isInBody = true
          return index + 1
        }
        (lineLength, endsInCR) = (0, false)
      case 0x0D where !endsInCR: endsInCR = true
      default:
        lineLength += endsInCR ? 2 : 1
        endsInCR = false
      }
    }
    return bytes.count
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
    if isTooLong { return }
    if header.count + bytes.count > limits.headerBytes {
      isTooLong = true
      header = []
    } else {
      header.append(contentsOf: bytes)
    }
  }

  /// The header is complete: find out which hashes of the body its signatures ask for.
  private mutating func endHeader() {
    if isInBody, !isTooLong {
      header.removeLast()
      if header.last == 0x0D { header.removeLast() }
    }
    fields = ScannedField.scan(header, limit: limits.headerFields)
    var checked = 0
    for field in fields where field.name == dkimName && checked < limits.signatures {
      checked += 1
      if let signature = signature(field, .dkim), let length = signature.bodyRequest { wanted.insert(length) }
    }
    if let seal = newestMessageSignature(), let request = seal.bodyRequest { wanted.insert(request) }
    hashers = wanted.prefix(limits.bodyHashes).map { BodyHasher($0) }
  }

  private func signature(_ field: ScannedField, _ kind: DKIMSignature.Kind) -> DKIMSignature? {
    guard field.range.count <= limits.signatureBytes else { return nil }
    do { return try DKIMSignature(field, in: header, kind) } catch { return nil }
  }

  /// The ARC-Message-Signature with the highest instance: the only one that must still match (RFC 8617 §5.2).
  private func newestMessageSignature() -> DKIMSignature? {
    var newest: DKIMSignature?
    for field in fields.lazy.filter({ $0.name == arcMessageName }).prefix(2 * ARCSet.maximumInstance) {
      guard let next = signature(field, .arcMessage) else { continue }
      if next.instance > newest?.instance ?? 0 { newest = next }
    }
    return newest
  }
}

let dkimName = Array("dkim-signature".utf8)
let arcMessageName = Array("arc-message-signature".utf8)
let arcSealName = Array("arc-seal".utf8)
let arcResultsName = Array("arc-authentication-results".utf8)
