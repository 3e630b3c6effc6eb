/// All records of a segment, one after the other. Ends at the first header that is not sound.
struct SegmentWalk {
  let descriptor: Descriptor
  let length: Int
  private(set) var next = SegmentFolder.start

  init(_ descriptor: Descriptor) throws(StoreFault) {
    self.descriptor = descriptor
    length = try descriptor.length()
  }

  /// True when every byte was walked over.
  var isAtEnd: Bool { next == length }

  mutating func step() throws(StoreFault) -> (record: SegmentRecord, offset: Int)? {
    guard next < length, let head = try descriptor.bytes(SegmentRecord.headerLength, at: next),
      let record = head.withUnsafeBytes({ SegmentRecord($0) }), next + record.totalLength <= length
    else { return nil }
    defer { next += record.totalLength }
    return (record, next)
  }
}
