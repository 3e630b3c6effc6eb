/// Reads what sorting needs out of ready ENVELOPE text (`EnvelopeText`): the first address of a list.
public struct EnvelopeReader: Sendable {
  /// An address as it stands in the envelope: not decoded, nil for NIL.
  public struct Address: Sendable, Equatable {
    public var name: [UInt8]?
    public var mailbox: [UInt8]?
    public var host: [UInt8]?
  }

  /// The lists of an envelope, by their place (RFC 9051 §7.5.2).
  public enum List: Int, Sendable {
    case from = 2
    case sender, replyTo, to, cc, bcc
  }

  private let text: [UInt8]

  public init(_ text: [UInt8]) { self.text = text }

  /// The first address of a list; nil where the list is NIL or the text is no envelope.
  public func first(_ list: List) -> Address? {
    var index = 0
    guard take(OctetClass.open, &index) else { return nil }
    for _ in 0..<list.rawValue { guard skip(&index) else { return nil } }
    guard take(OctetClass.open, &index), take(OctetClass.open, &index), let name = string(&index),
      string(&index) != nil, let mailbox = string(&index), let host = string(&index)
    else { return nil }
    return Address(name: name, mailbox: mailbox, host: host)
  }

  private func take(_ octet: UInt8, _ index: inout Int) -> Bool {
    while index < text.count, text[index] == 0x20 { index += 1 }
    guard index < text.count, text[index] == octet else { return false }
    index += 1
    return true
  }

  /// Passes over one value: a string or a list of lists.
  private func skip(_ index: inout Int) -> Bool {
    var depth = 0
    repeat {
      if take(OctetClass.open, &index) {
        depth += 1
      } else if depth > 0, take(OctetClass.close, &index) {
        depth -= 1
      } else if string(&index) == nil {
        return false
      }
    } while depth > 0
    return true
  }

  /// An nstring: .some(nil) for NIL, nil for nonsense.
  private func string(_ index: inout Int) -> [UInt8]?? {
    while index < text.count, text[index] == 0x20 { index += 1 }
    guard index < text.count else { return nil }
    switch text[index] {
    case OctetClass.quote: return quoted(&index)
    case OctetClass.brace: return literal(&index)
    case 0x4E:
      guard index + 3 <= text.count else { return nil }
      index += 3
      return .some(nil)
    default: return nil
    }
  }

  private func quoted(_ index: inout Int) -> [UInt8]? {
    var value: [UInt8] = []
    index += 1
    while index < text.count, text[index] != OctetClass.quote {
      if text[index] == 0x5C { index += 1 }
      guard index < text.count else { return nil }
      value.append(text[index])
      index += 1
    }
    index += 1
    return index <= text.count ? value : nil
  }

  private func literal(_ index: inout Int) -> [UInt8]? {
    var length = 0
    index += 1
    while index < text.count, OctetClass.isDigit(text[index]), length < 1 << 30 {
      length = length * 10 + Int(text[index] - 0x30)
      index += 1
    }
    // "}" CR LF
    index += 3
    guard index <= text.count, length <= text.count - index else { return nil }
    defer { index += length }
    return Array(text[index..<index + length])
  }
}
