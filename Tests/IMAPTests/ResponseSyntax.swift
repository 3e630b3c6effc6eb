/// A strict reader of parenthesized IMAP data, to check that what is written is well-formed.
struct ResponseSyntax {
  indirect enum Value: Equatable {
    case list([Value])
    case string([UInt8])
    case atom(String)
    case none

    var items: [Value]? { if case .list(let items) = self { items } else { nil } }
    var text: String? { if case .string(let octets) = self { String(decoding: octets, as: UTF8.self) } else { nil } }
    var isString: Bool { if case .string = self { true } else { false } }
    var isNString: Bool { isString || self == .none }
    var number: Int? { if case .atom(let text) = self { Int(text) } else { nil } }
  }

  private let bytes: [UInt8]
  private var at = 0

  /// Reads exactly one value; nil when the bytes are anything else.
  static func read(_ bytes: [UInt8]) -> Value? {
    var reader = ResponseSyntax(bytes: bytes)
    guard let value = reader.value(), reader.at == bytes.count else { return nil }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func value() -> Value? {
    guard at < bytes.count else { return nil }
    switch bytes[at] {
    case 0x28: return list()
    case 0x22: return quoted()
    case 0x7B: return literal()
    default: return atom()
    }
  }

  /// Between items is one space, except between the bodies of a multipart, where there is none.
  private mutating func list() -> Value? {
    at += 1
    var items: [Value] = []
    while at < bytes.count, bytes[at] != 0x29 {
      if !items.isEmpty {
        if bytes[at] == 0x20 { at += 1 } else if bytes[at] != 0x28 || items.last?.items == nil { return nil }
      }
      guard let item = value() else { return nil }
      items.append(item)
    }
    guard at < bytes.count, !items.isEmpty else { return nil }
    at += 1
    return .list(items)
  }

  private mutating func quoted() -> Value? {
    at += 1
    var octets: [UInt8] = []
    while at < bytes.count, bytes[at] != 0x22 {
      if bytes[at] == 0x5C { at += 1 }
      guard at < bytes.count, bytes[at] >= 0x01, bytes[at] < 0x80, bytes[at] != 0x0D, bytes[at] != 0x0A else {
        return nil
      }
      octets.append(bytes[at])
      at += 1
    }
    guard at < bytes.count else { return nil }
    at += 1
    return .string(octets)
  }

  private mutating func literal() -> Value? {
    guard let end = bytes[at...].firstIndex(of: 0x7D), end + 2 < bytes.count,
      let size = Int(String(decoding: bytes[(at + 1)..<end], as: UTF8.self)), bytes[end + 1] == 0x0D,
      bytes[end + 2] == 0x0A, end + 3 + size <= bytes.count
    else { return nil }
    let octets = Array(bytes[(end + 3)..<(end + 3 + size)])
    at = end + 3 + size
    return octets.contains(0) ? nil : .string(octets)
  }

  private mutating func atom() -> Value? {
    let start = at
    while at < bytes.count, bytes[at] > 0x20, bytes[at] < 0x7F, ![0x28, 0x29, 0x22, 0x7B].contains(bytes[at]) {
      at += 1
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    return text.isEmpty ? nil : text == "NIL" ? Value.none : .atom(text)
  }
}

extension ResponseSyntax.Value {
  /// RFC 9051 §9 envelope.
  var isEnvelope: Bool {
    guard let items, items.count == 10 else { return false }
    for at in [0, 1, 8, 9] where !items[at].isNString { return false }
    for at in 2...7 where items[at] != .none {
      guard let addresses = items[at].items else { return false }
      for address in addresses {
        guard let fields = address.items, fields.count == 4, fields.allSatisfy(\.isNString) else { return false }
      }
    }
    return true
  }

  /// RFC 9051 §9 body.
  func isBody(extensible: Bool) -> Bool {
    guard let items, let first = items.first else { return false }
    return first.items == nil ? isSinglePart(items, extensible) : isMultipart(items, extensible)
  }

  private func isMultipart(_ items: [Self], _ extensible: Bool) -> Bool {
    let count = items.prefix { $0.items != nil }.count
    guard items[..<count].allSatisfy({ $0.isBody(extensible: extensible) }) else { return false }
    let rest = Array(items[count...])
    guard rest.first?.isString == true else { return false }
    guard extensible else { return rest.count == 1 }
    return rest.count == 5 && rest[1].isParameters && rest[2].isDisposition && rest[3].isLanguage && rest[4].isNString
  }

  private func isSinglePart(_ items: [Self], _ extensible: Bool) -> Bool {
    guard items.count >= 7, let type = items[0].text, let subtype = items[1].text else { return false }
    guard items[2].isParameters, items[3].isNString, items[4].isNString, items[5].isString, items[6].number != nil
    else {
      return false
    }
    var rest = items[7...]
    if type == "text" {
      guard rest.popFirst()?.number != nil else { return false }
    } else if type == "message", subtype == "rfc822" || subtype == "global" {
      guard rest.popFirst()?.isEnvelope == true, rest.popFirst()?.isBody(extensible: extensible) == true,
        rest.popFirst()?.number != nil
      else { return false }
    }
    guard extensible else { return rest.isEmpty }
    let last = Array(rest)
    return last.count == 4 && last[0].isNString && last[1].isDisposition && last[2].isLanguage && last[3].isNString
  }

  private var isParameters: Bool {
    guard self != .none else { return true }
    guard let items, items.count % 2 == 0 else { return false }
    return items.allSatisfy(\.isString)
  }

  private var isDisposition: Bool {
    guard self != .none else { return true }
    guard let items, items.count == 2 else { return false }
    return items[0].isString && items[1].isParameters
  }

  private var isLanguage: Bool { isNString || items?.allSatisfy(\.isString) == true }
}
