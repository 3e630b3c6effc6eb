/// Where messages are, 16 bytes each, in pages of neighbours. What nobody asked for lately goes, a generation at a time.
///
/// A place that compaction has made useless is never wrong: segments' numbers are not given out twice.
struct KnownPlaces {
  private struct PageKey: Hashable {
    var account: AccountID
    var number: Int64
  }

  private static let pageSize: Int64 = 256

  private var young: [PageKey: [Place]] = [:]
  private var old: [PageKey: [Place]] = [:]
  /// Pages of one generation.
  private let limit: Int

  /// `bytes`: of memory, about.
  init(bytes: Int) { limit = max(1, bytes / 2 / Int(Self.pageSize) / MemoryLayout<Place>.size) }

  /// Where the leading `emails` are whose messages fit in `limit` bytes together, at least one; nil when it is not known of all of those.
  mutating func leading(_ emails: [EmailID], _ account: AccountID, limit: Int) -> [BlobLocation]? {
    var found: [BlobLocation] = []
    found.reserveCapacity(min(emails.count, 256))
    var bytes = 0
    var key = PageKey(account: account, number: -1)
    var page: [Place] = []
    for email in emails {
      let (number, row) = email.raw.quotientAndRemainder(dividingBy: Self.pageSize)
      if number != key.number {
        key.number = number
        guard let known = self.page(key) else { return nil }
        page = known
      }
      guard row >= 0, let location = page[Int(row)].location else { return nil }
      bytes += location.rawLength
      if !found.isEmpty, bytes > limit { return found }
      found.append(location)
    }
    return found
  }

  mutating func note(_ location: BlobLocation, of email: EmailID, _ account: AccountID) {
    guard email.raw >= 0, let place = Place(location) else { return }
    let (number, row) = email.raw.quotientAndRemainder(dividingBy: Self.pageSize)
    let key = PageKey(account: account, number: number)
    if page(key) == nil { put([Place](repeating: .unknown, count: Int(Self.pageSize)), key) }
    young[key]?[Int(row)] = place
  }

  mutating func forget(_ email: EmailID, of account: AccountID) {
    guard email.raw >= 0 else { return }
    let (number, row) = email.raw.quotientAndRemainder(dividingBy: Self.pageSize)
    let key = PageKey(account: account, number: number)
    young[key]?[Int(row)] = .unknown
    old[key]?[Int(row)] = .unknown
  }

  /// The page, which is young from now on.
  private mutating func page(_ key: PageKey) -> [Place]? {
    if let page = young[key] { return page }
    guard let page = old.removeValue(forKey: key) else { return nil }
    put(page, key)
    return page
  }

  private mutating func put(_ page: [Place], _ key: PageKey) {
    if young.count >= limit { (old, young) = (young, [:]) }
    young[key] = page
  }
}

/// A `BlobLocation` in 16 bytes.
private struct Place {
  private var offset: UInt32
  private var length: UInt32
  private var rawLength: UInt32
  /// The codec in the two highest bits.
  private var segment: UInt32

  static let unknown = Place(offset: 0, length: 0, rawLength: 0, segment: 0)

  private init(offset: UInt32, length: UInt32, rawLength: UInt32, segment: UInt32) {
    self.offset = offset
    self.length = length
    self.rawLength = rawLength
    self.segment = segment
  }

  /// Nil where a number is too large; nothing is lost but time.
  init?(_ location: BlobLocation) {
    guard let offset = UInt32(exactly: location.offset), let length = UInt32(exactly: location.length), length > 0,
      let rawLength = UInt32(exactly: location.rawLength), let segment = UInt32(exactly: location.segment),
      segment < 1 << 30, location.codec.rawValue < 4
    else { return nil }
    self.init(
      offset: offset, length: length, rawLength: rawLength, segment: segment | UInt32(location.codec.rawValue) << 30)
  }

  var location: BlobLocation? {
    guard length > 0, let codec = SegmentRecord.Codec(rawValue: UInt8(segment >> 30)) else { return nil }
    return BlobLocation(
      segment: Int(segment & 0x3FFF_FFFF), offset: Int(offset), length: Int(length), rawLength: Int(rawLength),
      codec: codec)
  }
}
