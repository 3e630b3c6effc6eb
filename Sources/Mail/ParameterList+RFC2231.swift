extension ParameterList {
  /// The parameters with continuations joined (RFC 2231 §3), as BODYSTRUCTURE shows them (§6).
  ///
  /// A joined value of which any piece was extended is extended as a whole, and its name ends in "*": charset, language
  /// and percent encoding are left in it.
  public var joined: [Parameter] {
    guard parameters.contains(where: { $0.name.utf8.contains(0x2A) }) else { return parameters }
    var result: [Parameter] = []
    /// Per base name: its place in `result` and its numbered pieces.
    var places: [String: Int] = [:]
    var pieces: [String: [Int: Piece]] = [:]
    for parameter in parameters {
      guard let section = Section(parameter.name) else {
        result.append(parameter)
        continue
      }
      if places[section.base] == nil {
        places[section.base] = result.count
        result.append(Parameter(name: section.base, value: []))
      }
      let piece = Piece(value: parameter.value, isExtended: section.isExtended)
      if pieces[section.base]?[section.number] == nil { pieces[section.base, default: [:]][section.number] = piece }
    }
    for (base, place) in places {
      result[place] = ParameterList.join(base, pieces[base] ?? [:])
    }
    return result
  }

  private struct Piece {
    var value: [UInt8]
    var isExtended: Bool
  }

  /// A name such as "title*1*".
  private struct Section {
    var base: String
    var number: Int
    var isExtended: Bool

    /// nil for a name without a number, such as "title" or "title*".
    init?(_ name: String) {
      var parts = name.utf8.split(separator: 0x2A, omittingEmptySubsequences: false).map { Array($0) }
      isExtended = parts.count == 3 && parts[2].isEmpty
      if isExtended { parts.removeLast() }
      guard parts.count == 2, (1...3).contains(parts[1].count), !parts[0].isEmpty else { return nil }
      let digits = parts[1]
      guard let number = ASCII.number(digits.span, 0..<digits.count) else { return nil }
      self.base = String(decoding: parts[0], as: UTF8.self)
      self.number = Int(number)
    }
  }

  /// The pieces from 0 up to the first that is missing.
  private static func join(_ base: String, _ pieces: [Int: Piece]) -> Parameter {
    var chosen: [Piece] = []
    // Some senders count from 1.
    var number = pieces[0] == nil ? 1 : 0
    while let piece = pieces[number] {
      chosen.append(piece)
      number += 1
    }
    let isExtended = chosen.contains { $0.isExtended }
    var value: [UInt8] = []
    for (index, piece) in chosen.enumerated() {
      if isExtended, !piece.isExtended {
        if index == 0 { value += [0x27, 0x27] }
        value += percentEncode(piece.value)
      } else {
        value += piece.value
      }
    }
    return Parameter(name: isExtended ? base + "*" : base, value: value)
  }

  /// The bytes that a parameter stands for, without its charset information; nil where it is missing.
  ///
  /// The extended form is preferred over the plain one (RFC 6266 §4.3 says what RFC 2231 leaves open).
  public func bytes(of name: String) -> [UInt8]? { value(of: name)?.bytes }

  /// The text of a parameter for a person: RFC 2231 charsets and, against RFC 2047 §5, encoded words decoded.
  public func text(of name: String, decoder: CharsetDecoder) -> String? {
    guard let (bytes, charset) = value(of: name) else { return nil }
    if let charset { return decoder.decode(bytes, charset: charset) }
    return EncodedWord.decode(bytes, decoder: decoder)
  }

  private func value(of name: String) -> (bytes: [UInt8], charset: String?)? {
    let all = joined
    if let extended = all.first(where: { $0.name == name + "*" }) {
      let parts = extended.value.split(separator: 0x27, maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return (ParameterList.percentDecode(extended.value[...]), nil) }
      let charset = String(decoding: parts[0], as: UTF8.self)
      return (ParameterList.percentDecode(parts[2]), charset)
    }
    return all.first { $0.name == name }.map { ($0.value, nil) }
  }

  static func percentDecode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      if bytes[index] == 0x25, bytes.endIndex - index > 2, let high = ASCII.hexValue(bytes[index + 1]),
        let low = ASCII.hexValue(bytes[index + 2])
      {
        result.append(high << 4 | low)
        index += 3
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  /// RFC 2231 §7: attribute-char stays, every other byte becomes %XX.
  static func percentEncode(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if ASCII.isToken(byte), byte != 0x25, byte != 0x27, byte != 0x2A {
        result.append(byte)
      } else {
        result += [0x25, ASCII.hexDigit(byte >> 4), ASCII.hexDigit(byte)]
      }
    }
    return result
  }
}
