extension BlobReader {
  /// The messages at `locations`, which lie side by side, by one call to the system; nil where they do not, or where one of them cannot
  /// be read: then each is read by itself, and says what is wrong with it.
  func readRun(_ locations: ArraySlice<BlobLocation>) -> [[UInt8]]? {
    // Each `try?`: what fails here fails again, and in words, where each is read by itself.
    guard let run = Self.run(locations), let descriptor = try? segments.descriptor(run.segment) else { return nil }
    let bytes = inflating.space(run.bytes.count)
    guard (try? descriptor.read(bytes, at: run.bytes.lowerBound)) == bytes.count else { return nil }
    var contents: [[UInt8]] = []
    contents.reserveCapacity(locations.count)
    for location in locations {
      let start = location.offset - run.bytes.lowerBound
      let record = UnsafeRawBufferPointer(rebasing: bytes[start..<start + location.length])
      guard let content = try? self.content(record, location) else { return nil }
      contents.append(content)
    }
    return contents
  }

  /// Most bytes of one run.
  private static let runLimit = 160 << 10

  /// The bytes from the first record to the last, when little else lies between them.
  private static func run(_ locations: ArraySlice<BlobLocation>) -> (segment: Int, bytes: Range<Int>)? {
    guard locations.count > 1, let first = locations.first else { return nil }
    var end = first.offset
    var wanted = 0
    for location in locations {
      guard location.segment == first.segment, location.offset >= end, location.length >= SegmentRecord.headerLength,
        location.codec != .framed
      else { return nil }
      end = location.offset + location.length
      wanted += location.length
    }
    let count = end - first.offset
    return count <= min(runLimit, 2 * wanted) ? (first.segment, first.offset..<end) : nil
  }

  /// The content of a plain or packed record that is in memory, checked.
  func content(_ bytes: UnsafeRawBufferPointer, _ location: BlobLocation) throws(StoreFault) -> [UInt8] {
    guard bytes.count == location.length,
      location.codec != .plain || location.rawLength == location.length - SegmentRecord.headerLength,
      let checksum = SegmentRecord.payloadChecksum(of: bytes, location)
    else { throw damage(location, "a broken record") }
    let payload = UnsafeRawBufferPointer(rebasing: bytes[SegmentRecord.headerLength...])
    guard Checksum.crc32(payload) == checksum else { throw damage(location, "wrong bytes") }
    if location.codec == .plain { return [UInt8](payload) }
    guard let context = inflating.context else { throw .io("no memory to decompress in") }
    let dictionary = try segments.dictionary(location.segment)
    var isSound = false
    let content = [UInt8](unsafeUninitializedCapacity: location.rawLength) { space, filled in
      isSound = dictionary.decompress(
        payload, into: UnsafeMutableRawBufferPointer(start: space.baseAddress, count: location.rawLength), context)
      filled = isSound ? location.rawLength : 0
    }
    guard isSound else { throw damage(location, "a broken frame") }
    return content
  }
}
