import Database

extension BlobLocation {
  /// From `column` on: segment, offset, length, raw length, codec. nil where they are NULL or cannot be: the index has no checksums.
  init?(row: Statement, from column: Int32) {
    guard !row.isNull(column),
      let codec = SegmentRecord.Codec(rawValue: UInt8(truncatingIfNeeded: row.int(column + 4))), row.int(column) >= 0,
      row.int(column + 1) >= 0,
      (Int64(SegmentRecord.headerLength)...1 << 40).contains(row.int(column + 2)),
      (0...Int64(UInt32.max)).contains(row.int(column + 3))
    else { return nil }
    self.init(
      segment: Int(row.int(column)), offset: Int(row.int(column + 1)), length: Int(row.int(column + 2)),
      rawLength: Int(row.int(column + 3)), codec: codec)
  }
}
