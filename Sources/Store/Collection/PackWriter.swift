import Glibc

/// A packed segment being made: nobody reads it before it is durable and the index names it.
final class PackWriter {
  let number: Int
  private let folder: SegmentFolder
  private let descriptor: Descriptor
  private var buffer: [UInt8] = []
  private var written = 0

  init(_ folder: SegmentFolder, number: Int) throws(StoreFault) {
    self.folder = folder
    self.number = number
    descriptor = try Descriptor.open(folder.file(number), O_RDWR | O_CREAT | O_TRUNC)
    buffer = SegmentFolder.header
  }

  /// Where the next record will be.
  var end: Int { written + buffer.count }

  func add(_ bytes: [UInt8]) throws(StoreFault) {
    buffer += bytes
    if buffer.count >= 1 << 20 { try flush() }
  }

  /// A record as it is in another segment.
  func copy(_ length: Int, from source: Descriptor, at offset: Int) throws(StoreFault) {
    var done = 0
    while done < length {
      let count = min(1 << 20, length - done)
      guard let bytes = try source.bytes(count, at: offset + done) else { throw .damaged("a segment shrank") }
      try add(bytes)
      done += count
    }
  }

  /// Makes it durable with its name.
  func finish() throws(StoreFault) {
    try flush()
    try descriptor.sync()
    try Folder.sync(folder.path)
  }

  func discard() { unlink(folder.file(number)) }

  private func flush() throws(StoreFault) {
    let bytes = buffer
    try bytes.withFaulty { bytes throws(StoreFault) in try descriptor.write(bytes, at: written) }
    written += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }
}
