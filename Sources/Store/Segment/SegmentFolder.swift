import Glibc
import Synchronization

/// The segment files of one lane, by number. Readers and the writer share the open files.
final class SegmentFolder: Sendable {
  /// Bytes before the first record: "BaridSeg", UInt32 version, UInt32 zero.
  static let start = 16

  static var header: [UInt8] {
    var header = Array("BaridSeg".utf8)
    header.appendLittle(UInt32(1))
    header.appendLittle(UInt32(0))
    return header
  }

  let path: String
  private let open = Mutex<[Int: Descriptor]>([:])
  private let dictionaries = Mutex<[Int: PackDictionary]>([:])

  enum Access { case readWrite, readOnly }
  private let access: Access

  init(_ path: String, _ access: Access = .readWrite) {
    self.path = path
    self.access = access
  }

  func file(_ number: Int) -> String {
    let digits = String(number)
    return "\(path)/\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits)"
  }

  /// The open file of a segment.
  func descriptor(_ number: Int) throws(StoreFault) -> Descriptor {
    // Opened under the lock: beside `remove` a file that is gone would stay in the table, and its space taken.
    try open.withLock { files throws(StoreFault) in
      if let descriptor = files[number] { return descriptor }
      let made = try Descriptor.open(file(number), access == .readWrite ? O_RDWR : O_RDONLY)
      files[number] = made
      return made
    }
  }

  /// The segment's file where it is open already.
  func openDescriptor(_ number: Int) -> Descriptor? { open.withLock { $0[number] } }

  /// Makes a new, empty, durable segment; one of that number that a crash left before its first use is replaced.
  func create(_ number: Int) throws(StoreFault) -> Descriptor {
    let made = try Descriptor.open(file(number), O_RDWR | O_CREAT | O_TRUNC)
    let header = Self.header
    try header.withFaulty { bytes throws(StoreFault) in try made.write(bytes, at: 0) }
    try made.sync()
    try Folder.sync(path)
    open.withLock { $0[number] = made }
    return made
  }

  func closeAll() { open.withLock { $0 = [:] } }

  /// Takes the file away and lets go of it. Who has it open reads on.
  func remove(_ number: Int) throws(StoreFault) {
    try open.withLock { files throws(StoreFault) in
      guard unlink(file(number)) == 0 || errno == ENOENT else {
        throw StoreFault(errno: errno, doing: "remove \(file(number))")
      }
      files[number] = nil
    }
    _ = dictionaries.withLock { $0.removeValue(forKey: number) }
  }

  func knownDictionary(_ number: Int) -> PackDictionary? { dictionaries.withLock { $0[number] } }

  func keep(_ dictionary: PackDictionary, _ number: Int) { dictionaries.withLock { $0[number] = dictionary } }
}
