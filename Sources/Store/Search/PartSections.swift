import CZstd

/// A section of a part as it is stored: CRC of the content, its length, and the content in one zstd frame.
enum PartSection {
  /// Longer ones are not written and not believed.
  static let limit = 1 << 30

  static func pack(_ content: [UInt8], level: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittle(content.withUnsafeBytes { Checksum.crc32($0) })
    bytes.appendLittle(UInt32(content.count))
    let frame = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(content.count)) { space, filled in
      let made = content.withUnsafeBytes {
        ZSTD_compress(space.baseAddress, space.count, $0.baseAddress, $0.count, level)
      }
      filled = ZSTD_isError(made) == 0 ? made : 0
    }
    return bytes + frame
  }

  /// nil when the bytes are damaged.
  static func unpack(_ stored: UnsafeRawBufferPointer) -> [UInt8]? {
    guard stored.count >= 8 else { return nil }
    let crc = stored.little(0, UInt32.self)
    let length = Int(stored.little(4, UInt32.self))
    guard length <= limit else { return nil }
    let frame = UnsafeRawBufferPointer(rebasing: stored[8...])
    // A frame says how long it is: a wrong length must not make memory.
    guard ZSTD_getFrameContentSize(frame.baseAddress, frame.count) == UInt64(length) else { return nil }
    var isSound = false
    let content = [UInt8](unsafeUninitializedCapacity: length) { space, filled in
      isSound = ZSTD_decompress(space.baseAddress, length, frame.baseAddress, frame.count) == length
      filled = isSound ? length : 0
    }
    return isSound && content.withUnsafeBytes({ Checksum.crc32($0) }) == crc ? content : nil
  }
}

/// The documents of a part: which email each is, the day it says it was sent, and whether all of its text is indexed.
struct PartDocuments: Equatable {
  static let noDay = Int32.min

  var emails: [Int64] = []
  var days: [Int32] = []
  /// False: text was left out, so words that are not in the index say nothing.
  var areWhole: [Bool] = []

  var count: Int { emails.count }

  mutating func append(_ email: Int64, day: Int32, isWhole: Bool) {
    emails.append(email)
    days.append(day)
    areWhole.append(isWhole)
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittle(UInt32(count))
    // Differences: mostly ones, which compress to nothing.
    var last: Int64 = 0
    for email in emails {
      bytes.appendLittle(email &- last)
      last = email
    }
    for day in days { bytes.appendLittle(day) }
    for isWhole in areWhole { bytes.append(isWhole ? 1 : 0) }
    return bytes
  }

  init() {}

  /// nil when the bytes are damaged.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    let count = Int(bytes.withUnsafeBytes { $0.little(0, UInt32.self) })
    guard bytes.count == 4 + count * 13 else { return nil }
    bytes.withUnsafeBytes { bytes in
      var email: Int64 = 0
      for index in 0..<count {
        email &+= bytes.little(4 + 8 * index, Int64.self)
        emails.append(email)
        days.append(bytes.little(4 + 8 * count + 4 * index, Int32.self))
        areWhole.append(bytes[4 + 12 * count + index] == 1)
      }
    }
  }
}

/// The short texts of a part's documents by column, in the order of `MessageText.Column`: UInt32 length and then the texts, each with
/// a NUL behind it.
struct PartColumns {
  var texts: [[UInt8]]

  init(columns: Int) { texts = [[UInt8]](repeating: [], count: columns) }

  mutating func append(_ text: [UInt8], column: Int) {
    texts[column] += text
    texts[column].append(0)
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for text in texts {
      bytes.appendLittle(UInt32(text.count))
      bytes += text
    }
    return bytes
  }

  /// nil when the bytes are damaged.
  init?(_ bytes: [UInt8], columns: Int) {
    texts = []
    var next = 0
    for _ in 0..<columns {
      guard bytes.count - next >= 4 else { return nil }
      let length = Int(bytes.withUnsafeBytes { $0.little(next, UInt32.self) })
      next += 4
      guard length <= bytes.count - next else { return nil }
      texts.append(Array(bytes[next..<next + length]))
      next += length
    }
    guard next == bytes.count else { return nil }
  }
}
