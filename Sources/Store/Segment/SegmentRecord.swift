/// The header before everything in a segment: 80 bytes, little-endian, with a checksum of its own.
///
///     0 magic "BRec"   4 kind   5 version   6 codec   7 zero   8 stored length (UInt64, bytes that follow)
///     16 raw length (UInt64)   24 SHA-256 (32)   56 trace length (UInt32)   60 key id (UInt32)
///     64 scope or account (Int64)   72 CRC of the head of the payload (UInt32)   76 CRC of bytes 0..<76 (UInt32)
struct SegmentRecord: Equatable {
  enum Kind: UInt8 {
    case blob = 1
    case place = 2
    /// What the small messages of a packed segment are compressed against; its first record.
    case dictionary = 3
  }
  enum Codec: UInt8 {
    /// Payload: trace, message; the header's CRC covers all of it.
    case plain = 0
    /// Payload: trace, frame table, frames; the header's CRC covers trace and table, the table has a CRC for each frame.
    case framed = 1
    /// Payload: trace and message together as one zstd frame against the segment's dictionary; the header's CRC covers the frame.
    case packed = 2
  }

  static let headerLength = 80
  static let magic: UInt32 = 0x6365_5242
  static let version: UInt8 = 1

  var kind: Kind
  var codec: Codec
  var storedLength: Int
  var rawLength: Int
  var hash: [UInt8]
  var traceLength: Int
  var keyID: UInt32 = 0
  var scope: Int64
  var crc: UInt32

  /// Header and payload together.
  var totalLength: Int { Self.headerLength + storedLength }

  func encode(into bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendLittle(Self.magic)
    bytes += [kind.rawValue, Self.version, codec.rawValue, 0]
    bytes.appendLittle(UInt64(storedLength))
    bytes.appendLittle(UInt64(rawLength))
    bytes += hash
    bytes.appendLittle(UInt32(traceLength))
    bytes.appendLittle(keyID)
    bytes.appendLittle(scope)
    bytes.appendLittle(crc)
    let own = bytes.withUnsafeBytes { Checksum.crc32(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    bytes.appendLittle(own)
  }

  /// nil when these are not the 80 bytes of a sound header.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.headerLength else { return nil }
    let own = Checksum.crc32(UnsafeRawBufferPointer(rebasing: bytes[..<76]))
    guard bytes.little(0, UInt32.self) == Self.magic, bytes.little(76, UInt32.self) == own, bytes[5] == Self.version,
      let kind = Kind(rawValue: bytes[4]), let codec = Codec(rawValue: bytes[6]),
      let stored = Int(exactly: bytes.little(8, UInt64.self)), let raw = Int(exactly: bytes.little(16, UInt64.self)),
      stored <= 1 << 40
    else { return nil }
    self.kind = kind
    self.codec = codec
    storedLength = stored
    rawLength = raw
    hash = [UInt8](bytes[24..<56])
    traceLength = Int(bytes.little(56, UInt32.self))
    keyID = bytes.little(60, UInt32.self)
    scope = bytes.little(64, Int64.self)
    crc = bytes.little(72, UInt32.self)
  }

  /// The checksum of the payload, when the first 80 of these bytes are the sound header of the blob that the index says is here. As
  /// `init`, without an array for the hash: it is asked of each message that is read.
  static func payloadChecksum(of bytes: UnsafeRawBufferPointer, _ location: BlobLocation) -> UInt32? {
    guard bytes.count >= headerLength, bytes.little(0, UInt32.self) == magic, bytes[4] == Kind.blob.rawValue,
      bytes[5] == version, bytes[6] == location.codec.rawValue,
      Int(exactly: bytes.little(8, UInt64.self)) == location.length - headerLength,
      Int(exactly: bytes.little(16, UInt64.self)) == location.rawLength,
      bytes.little(76, UInt32.self) == Checksum.crc32(UnsafeRawBufferPointer(rebasing: bytes[..<76]))
    else { return nil }
    return bytes.little(72, UInt32.self)
  }

  init(
    kind: Kind, codec: Codec, storedLength: Int, rawLength: Int, hash: [UInt8], traceLength: Int, scope: Int64,
    crc: UInt32
  ) {
    self.kind = kind
    self.codec = codec
    self.storedLength = storedLength
    self.rawLength = rawLength
    self.hash = hash
    self.traceLength = traceLength
    self.scope = scope
    self.crc = crc
  }
}

/// The payload of a PLACE record: who got which message where, so that mailboxes can be rebuilt from segments alone.
struct PlaceRecord: Equatable {
  static let length = 88

  var account: Int64
  var mailbox: Int64
  var item: Int64
  var email: Int64
  var flags: UInt64
  var modseq: UInt64
  var internalDate: Int64
  var savedAt: Int64
  var uid: UInt32
  /// See `ResendKey`; 16 bytes, zero for mail that did not come by delivery.
  var resendKey: [UInt8]

  static let noKey = [UInt8](repeating: 0, count: 16)

  /// Header and payload, ready for the segment.
  func encode(hash: [UInt8], into bytes: inout [UInt8]) {
    var payload: [UInt8] = []
    payload.reserveCapacity(Self.length)
    for value in [account, mailbox, item, email] { payload.appendLittle(value) }
    payload.appendLittle(flags)
    payload.appendLittle(modseq)
    payload.appendLittle(internalDate)
    payload.appendLittle(savedAt)
    payload.appendLittle(uid)
    payload.appendLittle(UInt32(0))
    payload += resendKey
    let crc = payload.withUnsafeBytes { Checksum.crc32($0) }
    SegmentRecord(
      kind: .place, codec: .plain, storedLength: payload.count, rawLength: 0, hash: hash, traceLength: 0,
      scope: account, crc: crc
    ).encode(into: &bytes)
    bytes += payload
  }

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.length else { return nil }
    account = bytes.little(0, Int64.self)
    mailbox = bytes.little(8, Int64.self)
    item = bytes.little(16, Int64.self)
    email = bytes.little(24, Int64.self)
    flags = bytes.little(32, UInt64.self)
    modseq = bytes.little(40, UInt64.self)
    internalDate = bytes.little(48, Int64.self)
    savedAt = bytes.little(56, Int64.self)
    uid = bytes.little(64, UInt32.self)
    resendKey = [UInt8](bytes[72..<88])
  }

  init(account: AccountID, mailbox: MailboxID, record: MessageRecord, resendKey: [UInt8]) {
    self.account = account.raw
    self.mailbox = mailbox.raw
    item = record.item
    email = record.email.raw
    flags = record.flags.rawValue
    modseq = record.modseq
    internalDate = record.keptDate.rawValue
    savedAt = record.savedAt
    uid = record.uid
    self.resendKey = resendKey
  }
}

extension [UInt8] {
  mutating func appendLittle<T: FixedWidthInteger>(_ value: T) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}

extension UnsafeRawBufferPointer {
  func little<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) -> T {
    T(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }
}
