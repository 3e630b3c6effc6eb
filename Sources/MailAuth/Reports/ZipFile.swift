/// The members of a zip file (PKWARE's APPNOTE), found through its central directory: what reports come in.
public struct ZipFile: Sendable {
  public struct Member: Sendable {
    /// As it stands in the file; never a path to write to.
    public var name: [UInt8]
    /// True: deflated; false: stored.
    public var isDeflated: Bool
    /// Where its data lie in the file.
    public var data: Range<Int>
  }

  /// At most 16 members, without encrypted ones and those in other formats.
  public private(set) var members: [Member] = []

  /// nil: not a zip file.
  public init?(_ bytes: [UInt8]) {
    func number(_ at: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
    // The end record (22 bytes) may be followed by a comment of up to 64 KiB.
    guard bytes.count >= 22, bytes.count < 1 << 31 else { return nil }
    var end: Int?
    for at in stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - 65_535), by: -1)
    where number(at, 4) == 0x0605_4B50 {
      end = at
      break
    }
    guard let end else { return nil }
    var at = number(end + 16, 4)
    for _ in 0..<min(number(end + 10, 2), 16) {
      guard at >= 0, at + 46 <= bytes.count, number(at, 4) == 0x0201_4B50 else { return nil }
      let (flags, method, size) = (number(at + 8, 2), number(at + 10, 2), number(at + 20, 4))
      let nameLength = number(at + 28, 2)
      let local = number(at + 42, 4)
      guard at + 46 + nameLength <= bytes.count, local + 30 <= bytes.count, number(local, 4) == 0x0403_4B50 else {
        return nil
      }
      let start = local + 30 + number(local + 26, 2) + number(local + 28, 2)
      guard start + size <= bytes.count else { return nil }
      if flags & 1 == 0, method == 0 || method == 8 {
        members.append(
          Member(
            name: Array(bytes[(at + 46)..<(at + 46 + nameLength)]), isDeflated: method == 8, data: start..<start + size)
        )
      }
      at += 46 + nameLength + number(at + 30, 2) + number(at + 32, 2)
    }
  }
}
