import Store

/// The first field of a message that Barid wrote into an mbox file: "X-Barid: fields bytes seconds zone".
///
/// So many fields of the file come next (Status, Content-Length and their like), and then so many bytes of the message: what has such
/// names behind them is the message's own, and neither its header nor its last line need an end. The rest is INTERNALDATE: seconds
/// since 1970 UTC and minutes east of it.
struct MboxMark {
  private static let name = Array("X-Barid:".utf8)

  var fields: Int
  var size: Int
  var date: KeptDate

  init(fields: Int, size: Int, date: KeptDate) {
    self.fields = fields
    self.size = size
    self.date = date
  }

  /// nil: another line.
  init?(_ line: ArraySlice<UInt8>) {
    guard line.starts(with: Self.name) else { return nil }
    let words = String(decoding: line.dropFirst(Self.name.count), as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 4, let fields = Int(words[0]), let size = Int(words[1]), let seconds = Int64(words[2]),
      let zone = Int(words[3])
    else { return nil }
    self.init(fields: fields, size: size, date: KeptDate(seconds: seconds, zoneMinutes: zone))
  }

  var field: String { "X-Barid: \(fields) \(size) \(date.seconds) \(date.zoneMinutes)" }
}

/// mboxrd: in the file every line of any number of ">" and "From " has one ">" more.
enum MboxQuoting {
  private static let from = Array("From ".utf8)

  static func added(_ bytes: [UInt8]) -> [UInt8] {
    edited(bytes) { line in isFrom(line) ? [62] + line : line }
  }

  static func removed(_ bytes: [UInt8]) -> [UInt8] {
    edited(bytes) { line in isQuoted(line) ? line.dropFirst() : line }
  }

  /// One or more ">" and then "From ".
  static func isQuoted(_ line: ArraySlice<UInt8>) -> Bool { line.first == 62 && isFrom(line) }

  private static func isFrom(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.first == 62 || line.first == 70 else { return false }
    return line.drop { $0 == 62 }.starts(with: from)
  }

  private static func edited(_ bytes: [UInt8], _ edit: (ArraySlice<UInt8>) -> ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
      result += edit(bytes[start..<end])
      start = end
    }
    return result
  }
}
