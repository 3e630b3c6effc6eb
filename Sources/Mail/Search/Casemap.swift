internal import CIDN

/// Text as IMAP compares it: i;unicode-casemap (RFC 5051), every character title-cased and fully decomposed, as UTF-8.
///
/// One step more than RFC 5051: ASCII letters end in lower case whatever they came from, so that "DŽ" in one letter or in two, "ﬁ" and
/// "FI" are the same. Two texts that RFC 5051 calls equal are equal here. Bytes that are not UTF-8 stay as they are. NUL becomes a space,
/// so that NUL can separate folded texts.
public enum Casemap {
  /// The folded form of UTF-8.
  public static func fold(_ utf8: Span<UInt8>) -> [UInt8] {
    var folded: [UInt8] = []
    fold(utf8, into: &folded)
    return folded
  }

  /// The folded form of a text.
  public static func fold(_ text: String) -> [UInt8] { fold(Array(text.utf8).span) }

  /// Appends the folded form of UTF-8; allocates for what it appends and nothing else.
  public static func fold(_ utf8: Span<UInt8>, into folded: inout [UInt8]) {
    folded.reserveCapacity(folded.count &+ utf8.count &+ utf8.count / 8)
    utf8.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        if byte < 0x80 {
          index &+= appendASCII(bytes, index, &folded)
        } else if let (scalar, length) = UTF8Scalar.decode(bytes, index) {
          append(scalar, bytes, index, length, &folded)
          index &+= length
        } else {
          folded.append(byte)
          index &+= 1
        }
      }
    }
  }

  /// Appends the ASCII that begins at `start`, up to 64 bytes at once; how many there were. Most mail is ASCII, and appending byte by
  /// byte is what folding it would cost.
  @inline(__always)
  private static func appendASCII(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ folded: inout [UInt8]) -> Int {
    var count = 0
    let limit = min(64, bytes.count &- start)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { run in
      while count < limit {
        let byte = bytes[start &+ count]
        if byte >= 0x80 { break }
        run[count] = byte == 0 ? 0x20 : ASCII.lowercased(byte)
        count &+= 1
      }
      folded.append(contentsOf: run[..<count])
    }
    return count
  }

  private static func append(
    _ scalar: UInt32, _ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ length: Int, _ folded: inout [UInt8]
  ) {
    if scalar < 0x1_0000 {
      let entry = Table.shared.entry(of: scalar)
      guard let entry else {
        for offset in 0..<length { folded.append(bytes[index &+ offset]) }
        return
      }
      folded.append(contentsOf: Table.shared.bytes[entry])
    } else {
      folded.append(contentsOf: mapped(scalar) ?? Array(bytes[index..<index &+ length]))
    }
  }

  /// What a character becomes, nil where it stays what it is.
  private static func mapped(_ scalar: UInt32) -> [UInt8]? {
    let title = uc_totitle(scalar)
    var input = title
    var length = 32
    var space = [UInt32](repeating: 0, count: 32)
    var result: [UInt8] = []
    // With room enough libunistring writes into `space` and gives it back.
    let answer = space.withUnsafeMutableBufferPointer { space -> UnsafeMutablePointer<UInt32>? in
      let made = u32_normalize(barid_uninorm_nfkd(), &input, 1, space.baseAddress, &length)
      if let made, made != space.baseAddress { idn2_free(made) }
      return made == space.baseAddress ? made : nil
    }
    guard answer != nil else { return title == scalar ? nil : UTF8Scalar.encode(title) }
    if length == 1, space[0] == scalar { return nil }
    for value in space[..<length] { result += UTF8Scalar.encode(value < 0x80 ? lowercased(value) : value) }
    return result
  }

  private static func lowercased(_ value: UInt32) -> UInt32 {
    UInt32(ASCII.lowercased(UInt8(truncatingIfNeeded: value)))
  }

  /// The characters of the basic plane that change, made once from libunistring's tables.
  private struct Table: Sendable {
    static let shared = Table()

    /// 0 = unchanged, else 1 + index into `starts`.
    private let numbers: [UInt16]
    private let starts: [UInt32]
    let bytes: [UInt8]

    private init() {
      var numbers = [UInt16](repeating: 0, count: 0x1_0000)
      var starts: [UInt32] = [0]
      var bytes: [UInt8] = []
      for scalar: UInt32 in 0x80...0xFFFF where Self.mayChange(scalar) {
        guard let mapped = Casemap.mapped(scalar) else { continue }
        numbers[Int(scalar)] = UInt16(starts.count)
        bytes += mapped
        starts.append(UInt32(bytes.count))
      }
      self.numbers = numbers
      self.starts = starts
      self.bytes = bytes
    }

    /// False for ideographs, Yi, private use and surrogates, which never change; it spares time, no more.
    private static func mayChange(_ scalar: UInt32) -> Bool {
      switch scalar {
      case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA63F, 0xD800...0xF8FF: false
      default: true
      }
    }

    @inline(__always)
    func entry(of scalar: UInt32) -> Range<Int>? {
      let number = Int(numbers[Int(scalar)])
      return number == 0 ? nil : Int(starts[number &- 1])..<Int(starts[number])
    }
  }
}

/// One character of UTF-8 in a buffer.
enum UTF8Scalar {
  /// The character at `index` and how many bytes it has; nil where the bytes are not UTF-8.
  @inline(__always)
  static func decode(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> (scalar: UInt32, length: Int)? {
    let first = bytes[index]
    if first < 0x80 { return (UInt32(first), 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard first >= 0xC2, first < 0xF5, index &+ length <= bytes.count else { return nil }
    var scalar = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
    for offset in 1..<length {
      let next = bytes[index &+ offset]
      guard next & 0xC0 == 0x80 else { return nil }
      scalar = scalar << 6 | UInt32(next & 0x3F)
    }
    if length == 3, scalar < 0x800 || (0xD800...0xDFFF).contains(scalar) { return nil }
    if length == 4, scalar < 0x1_0000 || scalar > 0x10_FFFF { return nil }
    return (scalar, length)
  }

  static func encode(_ scalar: UInt32) -> [UInt8] {
    switch scalar {
    case ..<0x80: [UInt8(scalar)]
    case ..<0x800: [0xC0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 0x3F)]
    case ..<0x1_0000:
      [0xE0 | UInt8(scalar >> 12), 0x80 | UInt8(scalar >> 6 & 0x3F), 0x80 | UInt8(scalar & 0x3F)]
    default:
      [
        0xF0 | UInt8(scalar >> 18 & 7), 0x80 | UInt8(scalar >> 12 & 0x3F), 0x80 | UInt8(scalar >> 6 & 0x3F),
        0x80 | UInt8(scalar & 0x3F),
      ]
    }
  }
}
