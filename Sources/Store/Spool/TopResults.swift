/// The findings that this server put at the top of a message: for a delivery that a crash interrupted.
///
/// What `deliver` puts in front of a message begins with Return-Path; only an Authentication-Results field right behind it is ours
/// (RFC 8601 §4), whatever else the message brought along.
enum TopResults {
  private static let name = Array("authentication-results:".utf8)

  /// The field's value, unfolded; nil: there is none.
  static func value(in message: [UInt8]) -> String? {
    guard let first = fieldEnd(message, from: 0), first > 0,
      message[..<first].prefix(12).map(lowercase) == Array("return-path:".utf8),
      let end = fieldEnd(message, from: first),
      message[first..<end].prefix(name.count).map(lowercase) == name
    else { return nil }
    let value = message[(first + name.count)..<end].filter { $0 != 0x0D && $0 != 0x0A }
    let text = String(decoding: value, as: UTF8.self)
    return String(text.drop { $0 == " " || $0 == "\t" })
  }

  /// Behind the field that begins at `start`, folded lines included.
  private static func fieldEnd(_ message: [UInt8], from start: Int) -> Int? {
    var at = start
    while let lineFeed = message[at...].prefix(65_536).firstIndex(of: 0x0A) {
      at = lineFeed + 1
      if at == message.count || (message[at] != 0x20 && message[at] != 0x09) { return at }
    }
    return nil
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
