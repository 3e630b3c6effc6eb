/// The parameters of RCPT (RFC 3461).
public struct RecipientParameters: Hashable, Sendable {
  /// NOTIFY: when the sender wants a report; `nil` when not given, empty for NEVER.
  public var notify: Notify?
  /// ORCPT: the address the sender first used.
  public var originalRecipient: OriginalRecipient?

  public init() {}

  public struct Notify: OptionSet, Hashable, Sendable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let success = Notify(rawValue: 1)
    public static let failure = Notify(rawValue: 2)
    public static let delay = Notify(rawValue: 4)
    /// `NEVER`: no report at all.
    public static let never: Notify = []
  }

  /// RFC 3461 §4.2: an address type and the address in xtext, kept as sent: a relay repeats it unchanged.
  public struct OriginalRecipient: Hashable, Sendable {
    /// `rfc822`, `utf-8`, …: an atom.
    public var addressType: String
    /// xtext, or the forms of RFC 6533 §3 for `utf-8`.
    public var encoded: String

    public init(addressType: String, encoded: String) {
      self.addressType = addressType
      self.encoded = encoded
    }

    /// The address itself, or `nil` when the encoding is broken.
    public var address: String? {
      if addressType.uppercased() == "UTF-8" { return UTF8AddressText.decode(encoded) }
      return Xtext(encoded: encoded)?.decoded
    }
  }

  static func parse(_ line: Span<UInt8>, _ range: Range<Int>) throws(SMTPSyntaxFault) -> RecipientParameters {
    var result = RecipientParameters()
    var at = range.lowerBound
    while let parameter = try Parameter.next(line, &at, to: range.upperBound) {
      let keyword = parameter.keyword
      if line.matches("NOTIFY", in: keyword) {
        guard result.notify == nil, let value = parameter.value, let notify = Notify.parse(line, value) else {
          throw .badParameter("NOTIFY")
        }
        result.notify = notify
      } else if line.matches("ORCPT", in: keyword) {
        guard result.originalRecipient == nil, let value = parameter.value,
          let original = OriginalRecipient.parse(line, value)
        else { throw .badParameter("ORCPT") }
        result.originalRecipient = original
      } else {
        throw .unrecognisedParameter(line.text(keyword))
      }
    }
    return result
  }
}

extension RecipientParameters.Notify {
  /// RFC 3461 §4.1: `NEVER` alone, or a list of the others.
  static func parse(_ line: Span<UInt8>, _ range: Range<Int>) -> Self? {
    if line.matches("NEVER", in: range) { return .never }
    var result: Self = []
    var at = range.lowerBound
    while at <= range.upperBound {
      let end = line.firstIndex(of: UInt8(ascii: ","), from: at, to: range.upperBound) ?? range.upperBound
      let word = at..<end
      if line.matches("SUCCESS", in: word) {
        result.insert(.success)
      } else if line.matches("FAILURE", in: word) {
        result.insert(.failure)
      } else if line.matches("DELAY", in: word) {
        result.insert(.delay)
      } else {
        return nil
      }
      at = end + 1
    }
    return result
  }
}

extension RecipientParameters.OriginalRecipient {
  static func parse(_ line: Span<UInt8>, _ range: Range<Int>) -> Self? {
    // RFC 3461 §4.2: at most 500 characters.
    guard range.count <= 500,
      let semicolon = line.firstIndex(of: UInt8(ascii: ";"), from: range.lowerBound, to: range.upperBound),
      semicolon > range.lowerBound, semicolon + 1 < range.upperBound
    else { return nil }
    for index in range.lowerBound..<semicolon where !line[index].isAtomText { return nil }
    let result = Self(
      addressType: line.text(range.lowerBound..<semicolon), encoded: line.text(semicolon + 1..<range.upperBound))
    guard let address = result.address else { return nil }
    if result.addressType.uppercased() == "UTF-8" { return result }
    // RFC 3461 §4.2: printable ASCII once decoded.
    return address.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) ? result : nil
  }
}
