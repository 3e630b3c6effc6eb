import Glibc

extension SegmentFolder {
  /// Segments that compaction makes are numbered from here, so that they never meet the writer's.
  static let firstPacked = 50_000_000

  /// The numbers of all segment files, ascending.
  func numbers() throws(StoreFault) -> [Int] {
    try Folder.names(in: path).compactMap { name in
      name.utf8.allSatisfy { (48...57).contains($0) } ? Int(name) : nil
    }.sorted()
  }

  /// The dictionary of a packed segment. Throws `.damaged`.
  func dictionary(_ number: Int) throws(StoreFault) -> PackDictionary {
    if let known = knownDictionary(number) { return known }
    let descriptor = try descriptor(number)
    guard let head = try descriptor.bytes(SegmentRecord.headerLength, at: Self.start),
      let record = head.withUnsafeBytes({ SegmentRecord($0) }), record.kind == .dictionary,
      let bytes = try descriptor.bytes(record.storedLength, at: Self.start + SegmentRecord.headerLength),
      bytes.withUnsafeBytes({ Checksum.crc32($0) }) == record.crc, let dictionary = PackDictionary(bytes)
    else { throw .damaged("the dictionary of \(file(number))") }
    keep(dictionary, number)
    return dictionary
  }
}
