extension AuthenticationResults {
  /// The most results that are read from one field.
  static let maximumMethods = 200

  /// Reads the value of an Authentication-Results field (RFC 8601 §2.2), or of an ARC-Authentication-Results field; nil:
  /// it is malformed. Unknown methods and properties are kept.
  public init?(parsing value: [UInt8]) {
    var scanner = AuthScanner(value)
    scanner.skipCFWS()
    var text = scanner.value()
    var instance: Int?
    // ARC: "i=1;" comes first.
    if let start = text, start.hasPrefix("i=") || start == "i", let found = ARCChain.instance(of: value) {
      instance = found
      _ = scanner.takeWhile { $0 != UInt8(ascii: ";") }
      _ = scanner.take(UInt8(ascii: ";"))
      scanner.skipCFWS()
      text = scanner.value()
    }
    guard let authservID = text else { return nil }
    self.init(authservID: authservID, instance: instance)
    scanner.skipCFWS()
    // authres-version: only "1" is known (RFC 8601 §2.2).
    let version = scanner.takeWhile { (0x30...0x39).contains($0) }
    guard version.isEmpty || version == [UInt8(ascii: "1")] else { return nil }
    scanner.skipCFWS()
    while scanner.take(UInt8(ascii: ";")) {
      scanner.skipCFWS()
      if scanner.isAtEnd { break }
      guard methods.count < Self.maximumMethods, let method = Self.method(&scanner) else { return nil }
      if method.result.isEmpty {
        // "none" stands alone.
        guard method.method == "none", methods.isEmpty else { return nil }
        break
      }
      methods.append(method)
    }
    scanner.skipCFWS()
    guard scanner.isAtEnd else { return nil }
  }

  private static func method(_ scanner: inout AuthScanner) -> Method? {
    guard let name = scanner.keyword() else { return nil }
    scanner.skipCFWS()
    if scanner.take(UInt8(ascii: "/")) {
      scanner.skipCFWS()
      guard !scanner.takeWhile({ (0x30...0x39).contains($0) }).isEmpty else { return nil }
      scanner.skipCFWS()
    }
    guard scanner.take(UInt8(ascii: "=")) else { return Method(name, "") }
    scanner.skipCFWS()
    guard let result = scanner.keyword() else { return nil }
    var method = Method(name, result)
    scanner.skipCFWS()
    while let byte = scanner.next, byte != UInt8(ascii: ";") {
      guard property(&scanner, &method) else { return nil }
      scanner.skipCFWS()
    }
    return method
  }

  /// reason=value or ptype.property=value.
  private static func property(_ scanner: inout AuthScanner, _ method: inout Method) -> Bool {
    guard let type = scanner.keyword() else { return false }
    scanner.skipCFWS()
    var name: String?
    if scanner.take(UInt8(ascii: ".")) {
      scanner.skipCFWS()
      guard let word = scanner.keyword() else { return false }
      name = word
      scanner.skipCFWS()
    }
    guard scanner.take(UInt8(ascii: "=")) else { return false }
    scanner.skipCFWS()
    guard let value = scanner.value() else { return false }
    if let name {
      method.properties.append(Property(type, name, value))
    } else if type == "reason" {
      method.reason = value
    }
    return true
  }

  /// True: the value of an Authentication-Results field begins with one of these names, whatever follows: a field that
  /// claims to be ours but came from outside is forged (RFC 8601 §5). Compared without regard to case.
  public static func claims(_ value: [UInt8], toBeFrom authservIDs: [String]) -> Bool {
    var scanner = AuthScanner(value)
    scanner.skipCFWS()
    guard let name = scanner.value()?.lowercased() else { return false }
    return authservIDs.contains { $0.lowercased() == name }
  }
}

extension ScannedMessage {
  /// The Authentication-Results fields that claim to be from one of these servers: remove them when the message comes from
  /// outside (RFC 8601 §5). Offsets into `header`; each ends before the field's final line end.
  public func forgedResults(of authservIDs: [String]) -> [ScannedField] {
    fields(named: "authentication-results").filter {
      AuthenticationResults.claims(Array(header[$0.value]), toBeFrom: authservIDs)
    }
  }

  /// `header` without the forged fields, line ends included; the rest is untouched.
  public func headerWithoutForgedResults(of authservIDs: [String]) -> [UInt8] {
    let forged = forgedResults(of: authservIDs)
    if forged.isEmpty { return header }
    var result: [UInt8] = []
    var start = 0
    for field in forged {
      result += header[start..<field.range.lowerBound]
      start = field.range.upperBound
      if start < header.count, header[start] == 0x0D { start += 1 }
      if start < header.count, header[start] == 0x0A { start += 1 }
    }
    return result + header[start...]
  }
}
