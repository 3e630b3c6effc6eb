import Mail
import TestKit
import Testing

@Suite struct EmailAddressTests {
  @Test(arguments: [
    ("a@example.com", "a", "example.com"),
    ("A.B+tag@EXAMPLE.Com", "A.B+tag", "example.com"),
    ("\"a b\"@example.com", "a b", "example.com"),
    ("\"a\\\"b\\\\c\"@example.com", "a\"b\\c", "example.com"),
    ("\"needless\"@example.com", "needless", "example.com"),
    ("x@[192.0.2.1]", "x", "[192.0.2.1]"),
    ("x@[IPv6:2001:DB8:0:0:0:0:0:1]", "x", "[IPv6:2001:db8::1]"),
    ("x@[ipv6:::ffff:192.0.2.1]", "x", "[IPv6:::ffff:c000:201]"),
    ("x@[X-Tag:some~thing]", "x", "[X-Tag:some~thing]"),
    ("محمد@مثال.إختبار", "محمد", "xn--mgbh0fb.xn--kgbechtv"),
    ("user@münchen.example", "user", "xn--mnchen-3ya.example"),
    ("user@Faß.example", "user", "xn--fa-hia.example"),
    ("!#$%&'*+-/=?^_`{|}~@x", "!#$%&'*+-/=?^_`{|}~", "x"),
  ])
  func accepted(text: String, local: String, host: String) throws {
    let address = try EmailAddress.parse(text)
    #expect(address.localPart == local)
    #expect(address.hostText == host)
    #expect(try EmailAddress.parse(address.description) == address)
  }

  @Test(arguments: [
    ("", AddressError.emptyLocalPart), ("a", .missingAt), ("@x", .emptyLocalPart), ("a@", .emptyDomain),
    ("a b@x", .missingAt), ("a..b@x", .badLocalPart), (".a@x", .badLocalPart), ("a.@x", .badLocalPart),
    ("\"a@x", .badLocalPart), ("\"\"@x", .emptyLocalPart), ("\"a\u{1}\"@x", .badLocalPart), ("a@-x", .badDomain),
    ("a@x-", .badDomain), ("a@x..y", .badDomain), ("a@x.", .badDomain), ("a@x_y", .trailingText),
    ("a@[192.0.2]", .badAddressLiteral), ("a@[192.0.2.256]", .badAddressLiteral), ("a@[1.2.3.4", .badAddressLiteral),
    ("a@[IPv6:1::2::3]", .badAddressLiteral), ("a@[IPv6:12345::]", .badAddressLiteral),
    ("a@[IPv6:1:2:3:4:5:6:7:8:9]", .badAddressLiteral), ("a@[]", .badAddressLiteral),
    ("a@[fe80::1]", .badAddressLiteral), ("a@b@c", .trailingText),
    ("a@b c", .trailingText), ("a@b>", .trailingText), ("a@☺.example", .badDomain),
  ])
  func refused(text: String, error: AddressError) {
    #expect(throws: error) { try EmailAddress.parse(text) }
  }

  @Test func limits() throws {
    let label = String(repeating: "a", count: 63)
    #expect(throws: Never.self) { try EmailAddress.parse(String(repeating: "l", count: 64) + "@x") }
    #expect(throws: AddressError.localPartTooLong) { try EmailAddress.parse(String(repeating: "l", count: 65) + "@x") }
    #expect(throws: Never.self) { try EmailAddress.parse("a@\(label).example") }
    #expect(throws: AddressError.domainTooLong) { try EmailAddress.parse("a@\(label)a.example") }
    #expect(throws: AddressError.domainTooLong) { try Domain("\(label).\(label).\(label).\(label)a") }
    #expect(throws: AddressError.pathTooLong) {
      try EmailAddress.parse("abc@\(label).\(label).\(label).\(label.dropLast(3))")
    }
    #expect(throws: AddressError.domainTooLong) {
      try EmailAddress.parse("a@" + String(repeating: "é", count: 100_000))
    }
  }

  @Test func smtputf8() throws {
    #expect(throws: AddressError.notASCII) { try EmailAddress.parse(Array("é@x".utf8), smtputf8: false) }
    #expect(throws: AddressError.notASCII) { try EmailAddress.parse(Array("e@é.example".utf8), smtputf8: false) }
    #expect(throws: AddressError.badUTF8) { try EmailAddress.parse([0xFF, 0x40, 0x78], smtputf8: true) }
    #expect(throws: AddressError.badUTF8) { try EmailAddress.parse([0x61, 0x40, 0xFF], smtputf8: true) }
    #expect(try EmailAddress.parse("é@x").needsSMTPUTF8)
    #expect(try !EmailAddress.parse("e@é.example").needsSMTPUTF8)
  }

  @Test func canonicalForm() throws {
    let decomposed = try EmailAddress.parse("Jose\u{301}@Example.COM").canonical
    #expect(decomposed == "josé@example.com")
    #expect(Array(decomposed.utf8) == Array("jos\u{e9}@example.com".utf8))
    #expect(try EmailAddress.parse("\"jdoe\"@x").canonical == EmailAddress.parse("JDOE@X").canonical)
    #expect(try EmailAddress.parse("u@مثال.إختبار").canonical == "u@xn--mgbh0fb.xn--kgbechtv")
    #expect(try EmailAddress.parse("u@XN--MGBH0FB.xn--KGBECHTV").domain?.unicode == "مثال.إختبار")
  }

  @Test func prefix() throws {
    let bytes = Array("<\"a>b\"@example.com> SIZE=1".utf8)
    var index = 1
    let address = try EmailAddress.parse(bytes.span, at: &index, smtputf8: false)
    #expect(address.localPart == "a>b")
    #expect(bytes[index] == UInt8(ascii: ">"))
  }

  @Test func initialise() throws {
    #expect(try EmailAddress(localPart: "a@b", domain: "x").description == "\"a@b\"@x")
    #expect(throws: AddressError.badLocalPart) { try EmailAddress(localPart: "a\r\nRCPT", domain: "x") }
    #expect(Domain.normalized("EXAMPLE.com") == "example.com")
    #expect(Domain.normalized("a b") == nil)
    #expect(Domain.normalized("a\u{0}é") == nil)
  }
}

/// The isemail corpus against the envelope's grammar (RFC 5321 §4.1.2).
@Suite struct IsemailTests {
  /// Where Barid differs from isemail's diagnosis on purpose.
  static let differences: [String: String] = [
    "43": "an empty quoted local part names nobody: refused",
    "60": "a needless backslash does not count towards the 64 octets: accepted",
    "71": "RFC 5952 and RFC 4291 let :: stand for one group: accepted",
  ]

  @Test func corpus() throws {
    let cases = try IsemailTests.cases()
    #expect(cases.count == 164)
    for item in cases {
      // What RFC 5321 allows in an envelope; comments, folding and obsolete forms belong to header fields.
      var isValid = ["ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN", "ISEMAIL_RFC5321"].contains(item.category)
      if IsemailTests.differences[item.id] != nil { isValid.toggle() }
      var wasAccepted = true
      do { _ = try EmailAddress.parse(item.address) } catch { wasAccepted = false }
      #expect(wasAccepted == isValid, "#\(item.id) \(item.address.debugDescription) \(item.diagnosis)")
    }
  }

  /// Every one of them, as a header's address list, gives something and traps nowhere.
  @Test func asAddressLists() throws {
    for item in try IsemailTests.cases() {
      let list = AddressList.parse(Array(item.address.utf8))
      if item.category == "ISEMAIL_CFWS" {
        #expect(list.mailboxes.first?.address != nil, "#\(item.id) \(item.address.debugDescription)")
      }
    }
  }

  struct Case {
    var id: String
    var address: String
    var category: String
    var diagnosis: String
  }

  static func cases() throws -> [Case] {
    try TestResources.text("addresses/isemail-tests.xml").split(separator: "<test id=\"").dropFirst().map { piece in
      Case(
        id: String(piece.prefix { $0 != "\"" }), address: unescape(between(piece, "<address>", "</address>")),
        category: between(piece, "<category>", "</category>"), diagnosis: between(piece, "<diagnosis>", "</diagnosis>"))
    }
  }

  static func between(_ text: Substring, _ start: String, _ end: String) -> String {
    let parts = text.split(separator: start, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return "" }
    return String(parts[1].split(separator: end, maxSplits: 1, omittingEmptySubsequences: false)[0])
  }

  /// XML entities, then U+2400 + n for the control character n, as the file's head explains.
  static func unescape(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var rest = Substring(text).unicodeScalars
    while let scalar = rest.popFirst() {
      if scalar == "&", let end = rest.firstIndex(of: ";") {
        let name = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        let named: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        let code = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
        if let found = named[name] ?? code.flatMap(Unicode.Scalar.init) { result.append(control(found)) }
      } else {
        result.append(control(scalar))
      }
    }
    return String(result)
  }

  static func control(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    (0x2400..<0x2420).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value - 0x2400)) : scalar
  }
}
