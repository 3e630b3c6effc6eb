/// Base64 (RFC 4648 §4, RFC 2045 §6.8): a strict form for protocols and a lenient one for message bodies.
public enum Base64 {
  static let alphabet: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The six-bit value of a character, 255 for any other byte.
  @inline(__always)
  static func value(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x41...0x5A: byte &- 0x41
    case 0x61...0x7A: byte &- 0x47
    case 0x30...0x39: byte &+ 4
    case 0x2B: 62
    case 0x2F: 63
    default: 255
    }
  }

  /// The encoding in one line, padded.
  public static func encode(_ bytes: Span<UInt8>) -> [UInt8] { encode(bytes, lineLength: 0) }

  /// The encoding in one line, padded.
  public static func encode(_ bytes: [UInt8]) -> [UInt8] { encode(bytes.span, lineLength: 0) }

  /// The encoding in lines of 76 characters, each ended by CRLF (RFC 2045 §6.8).
  public static func encodeLines(_ bytes: [UInt8]) -> [UInt8] { encode(bytes.span, lineLength: 76) }

  /// `lineLength` 0: one line without an end; otherwise a multiple of 4.
  static func encode(_ bytes: Span<UInt8>, lineLength: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count &+ 2) / 3 * 4 &+ (lineLength == 0 ? 0 : bytes.count / 27 &+ 4))
    let table = alphabet
    var column = 0
    var index = 0
    while index < bytes.count {
      let first = bytes[index]
      let second = index &+ 1 < bytes.count ? bytes[index &+ 1] : 0
      let third = index &+ 2 < bytes.count ? bytes[index &+ 2] : 0
      result.append(table[Int(first >> 2)])
      result.append(table[Int((first & 3) << 4 | second >> 4)])
      result.append(index &+ 1 < bytes.count ? table[Int((second & 15) << 2 | third >> 6)] : 0x3D)
      result.append(index &+ 2 < bytes.count ? table[Int(third & 63)] : 0x3D)
      index &+= 3
      column &+= 4
      if lineLength > 0, column >= lineLength || index >= bytes.count {
        result.append(ASCII.cr)
        result.append(ASCII.lf)
        column = 0
      }
    }
    return result
  }

  /// The decoded bytes of a strict encoding, or nil.
  ///
  /// Refuses white space, other characters, missing padding and stray bits, as SASL must (RFC 4954 §4, RFC 4648 §3).
  public static func decode(_ bytes: Span<UInt8>) -> [UInt8]? {
    guard bytes.count % 4 == 0 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 4 * 3)
    var index = 0
    while index < bytes.count {
      let isLast = index &+ 4 == bytes.count
      let first = value(bytes[index])
      let second = value(bytes[index &+ 1])
      let third = value(bytes[index &+ 2])
      let fourth = value(bytes[index &+ 3])
      guard first < 64, second < 64 else { return nil }
      result.append(first << 2 | second >> 4)
      if isLast, bytes[index &+ 3] == 0x3D {
        if bytes[index &+ 2] == 0x3D { return second & 15 == 0 ? result : nil }
        guard third < 64, third & 3 == 0 else { return nil }
        result.append((second & 15) << 4 | third >> 2)
        return result
      }
      guard third < 64, fourth < 64 else { return nil }
      result.append((second & 15) << 4 | third >> 2)
      result.append((third & 3) << 6 | fourth)
      index &+= 4
    }
    return result
  }

  /// The decoded bytes of a strict encoding, or nil.
  public static func decode(_ bytes: [UInt8]) -> [UInt8]? { decode(bytes.span) }

  /// The bytes that a message body's base64 stands for, whatever else lies between.
  ///
  /// Characters outside the alphabet are skipped (RFC 2045 §6.8); decoding goes on behind padding, since some senders
  /// join two encodings. `limit` bounds the result in bytes.
  public static func decodeLenient(_ bytes: Span<UInt8>, limit: Int = .max) -> [UInt8] {
    var pending = Pending()
    return decodeLenient(bytes, limit: limit, &pending)
  }

  /// The bits of a group of which more is to come.
  struct Pending: Sendable {
    var bits: UInt32 = 0
    var held = 0
  }

  /// As above for a piece of an encoding: `pending` goes from piece to piece.
  static func decodeLenient(_ bytes: Span<UInt8>, limit: Int = .max, _ pending: inout Pending) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(min(bytes.count / 4 &* 3 &+ 3, max(0, limit)))
    var (bits, held) = (pending.bits, pending.held)
    var index = 0
    values.withUnsafeBufferPointer { table in
      while index < bytes.count, result.count < limit {
        if held == 0, index &+ 4 <= bytes.count, result.count &+ 3 <= limit {
          let first = table[Int(bytes[index])]
          let second = table[Int(bytes[index &+ 1])]
          let third = table[Int(bytes[index &+ 2])]
          let fourth = table[Int(bytes[index &+ 3])]
          if first | second | third | fourth < 64 {
            result.append(first << 2 | second >> 4)
            result.append(second << 4 | third >> 2)
            result.append(third << 6 | fourth)
            index &+= 4
            continue
          }
        }
        let six = table[Int(bytes[index])]
        if six < 64 {
          bits = bits << 6 | UInt32(six)
          held &+= 6
        } else if bytes[index] == 0x3D {
          held = 0
        }
        index &+= 1
        if held >= 8 {
          held &-= 8
          result.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        }
      }
    }
    pending = Pending(bits: bits, held: held)
    return result
  }

  /// `value` of every byte.
  private static let values: [UInt8] = (UInt8.min...UInt8.max).map(value)
}
