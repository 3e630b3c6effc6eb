import CStore

extension BlobReader {
  /// A plain blob that the system has in memory; nil where it would have to wait for the disk, or cannot say. May run on an event loop.
  static func atHand(_ location: BlobLocation, in segments: SegmentFolder) -> [UInt8]? {
    guard location.codec == .plain, let descriptor = segments.openDescriptor(location.segment) else { return nil }
    let headerLength = SegmentRecord.headerLength
    guard location.length == headerLength + location.rawLength else { return nil }
    var isSound = false
    let payload = [UInt8](unsafeUninitializedCapacity: location.rawLength) { space, filled in
      filled = location.rawLength
      isSound = withUnsafeTemporaryAllocation(byteCount: headerLength, alignment: 16) { header in
        let offset = location.offset
        let raw = descriptor.raw
        guard
          cstore_read_at_hand(raw, header.baseAddress, headerLength, offset) == headerLength,
          cstore_read_at_hand(raw, space.baseAddress, location.rawLength, offset + headerLength) == location.rawLength,
          let checksum = SegmentRecord.payloadChecksum(of: UnsafeRawBufferPointer(header), location)
        else { return false }
        return Checksum.crc32(UnsafeRawBufferPointer(start: space.baseAddress, count: location.rawLength)) == checksum
      }
    }
    return isSound ? payload : nil
  }
}
