internal import Mail

extension DKIMSignature {
  /// Reads a field. Throws why it cannot be used: everything in RFC 6376 §6.1.1 that needs neither key nor clock.
  init(_ field: ScannedField, in header: [UInt8], _ kind: Kind) throws(Flaw) {
    let tags: TagList
    do throws(TagList.Flaw) {
      tags = try TagList(header, field.value)
    } catch {
      throw Flaw(reason: error == .duplicate ? "a tag appears twice" : "the signature is not a list of tags")
    }
    // RFC 6376 §3.5: v= is required and is "1"; RFC 8617 §4.1.2: ARC does not know it.
    if kind == .dkim {
      guard let version = tags["v"] else { throw Flaw(reason: "v= is missing") }
      guard version.elementsEqual([UInt8(ascii: "1")]) else { throw Flaw(reason: "v= is not 1") }
    }
    self.field = field
    algorithm = try Self.algorithm(tags)
    guard let signed = tags.tag("b"), let bytes = tags.compact("b") else { throw Flaw(reason: "b= is missing") }
    guard let signature = lenientBase64(bytes), !signature.isEmpty else { throw Flaw(reason: "b= is not base64") }
    self.signature = signature
    cut = signed.whole
    domain = try Self.domain(tags, "d")
    selector = try Self.domain(tags, "s")
    try readTimes(tags)
    if kind != .dkim { try readInstance(tags) }
    if kind == .arcSeal {
      try readSeal(tags)
    } else {
      try readBody(tags, kind)
      if kind == .dkim { try readIdentity(tags) }
    }
  }

  private static func algorithm(_ tags: TagList) throws(Flaw) -> Algorithm {
    guard let name = tags.text("a") else { throw Flaw(reason: "a= is missing") }
    // RFC 6376 §3.2: values are case-sensitive unless their description says otherwise.
    if let algorithm = Algorithm(rawValue: name) { return algorithm }
    // RFC 8301 §3.1: rsa-sha1 MUST NOT be used, and such signatures have permanently failed.
    if name == "rsa-sha1" { throw Flaw(reason: "rsa-sha1 is not secure and not accepted") }
    throw Flaw(reason: "the algorithm “\(printable(name))” is unknown")
  }

  private static func domain(_ tags: TagList, _ name: StaticString) throws(Flaw) -> String {
    guard let value = tags[name] else { throw Flaw(reason: "\(name)= is missing") }
    guard let domain = signatureDomain(value) else { throw Flaw(reason: "\(name)= is not a domain name") }
    return domain
  }

  private mutating func readTimes(_ tags: TagList) throws(Flaw) {
    if tags["t"] != nil {
      guard let number = tags.number("t", digits: 12) else { throw Flaw(reason: "t= is not a time") }
      time = number
    }
    if tags["x"] != nil {
      guard let number = tags.number("x", digits: 12) else { throw Flaw(reason: "x= is not a time") }
      expiration = number
      if let time, number < time { throw Flaw(reason: "x= is earlier than t=") }
    }
  }

  /// RFC 8617 §4.2.1: 1 to 50.
  private mutating func readInstance(_ tags: TagList) throws(Flaw) {
    guard let number = tags.number("i", digits: 2), (1...UInt64(ARCSet.maximumInstance)).contains(number) else {
      throw Flaw(reason: "i= is not an instance from 1 to \(ARCSet.maximumInstance)")
    }
    instance = Int(number)
  }

  /// RFC 8617 §4.1.3.
  private mutating func readSeal(_ tags: TagList) throws(Flaw) {
    if tags["h"] != nil { throw Flaw(reason: "h= is not allowed in a seal") }
    headerForm = .relaxed
    guard let text = tags.text("cv") else { throw Flaw(reason: "cv= is missing") }
    guard let value = ARCResult(rawValue: text) else { throw Flaw(reason: "cv= is not a chain status") }
    chain = value
  }

  private mutating func readBody(_ tags: TagList, _ kind: Kind) throws(Flaw) {
    guard let hash = tags.compact("bh") else { throw Flaw(reason: "bh= is missing") }
    guard let digest = lenientBase64(hash), digest.count == 32 else { throw Flaw(reason: "bh= is not a SHA-256 hash") }
    bodyHash = digest
    try readForms(tags, kind)
    if tags["l"] != nil {
      guard let number = tags.number("l", digits: 76) else { throw Flaw(reason: "l= is not a length") }
      length = number
    }
    if let query = tags.compact("q") {
      let methods = query.split(separator: UInt8(ascii: ":")).map { Array($0) }
      guard methods.contains(Array("dns/txt".utf8)) else { throw Flaw(reason: "q= does not name dns/txt") }
    }
    guard let list = tags.compact("h") else { throw Flaw(reason: "h= is missing") }
    signedNames = list.split(separator: UInt8(ascii: ":")).map { lowercase($0) }
    guard signedNames.allSatisfy({ name in name.allSatisfy { (0x21...0x7E).contains($0) } }) else {
      throw Flaw(reason: "h= is not a list of field names")
    }
    // RFC 6376 §5.4: From MUST be signed. RFC 8617 keeps that for the message signature.
    guard signedNames.contains(Array("from".utf8)) else { throw Flaw(reason: "From is not signed") }
    if kind == .arcMessage, signedNames.contains(arcSealName) { throw Flaw(reason: "ARC-Seal must not be signed") }
  }

  /// c=, "simple/simple" by default; a single word leaves the body simple (RFC 6376 §3.5).
  private mutating func readForms(_ tags: TagList, _ kind: Kind) throws(Flaw) {
    guard let text = tags.text("c") else {
      // RFC 8617 changes nothing in DKIM's default, though dkimpy takes relaxed there.
      return
    }
    let words = text.split(separator: "/", omittingEmptySubsequences: false)
    guard words.count <= 2, let header = Canonicalization(rawValue: String(words[0])),
      let body = words.count == 2 ? Canonicalization(rawValue: String(words[1])) : .simple
    else { throw Flaw(reason: "c= names an unknown canonicalization") }
    (headerForm, bodyForm) = (header, body)
  }

  /// i= is in d= or below it (RFC 6376 §3.5).
  private mutating func readIdentity(_ tags: TagList) throws(Flaw) {
    guard let value = tags.compact("i") else {
      (identity, identityDomain) = ("@\(domain)", domain)
      return
    }
    guard let at = value.lastIndex(of: UInt8(ascii: "@")), let name = signatureDomain(value[(at + 1)...]) else {
      throw Flaw(reason: "i= is not an identity")
    }
    guard name == domain || name.hasSuffix(".\(domain)") else { throw Flaw(reason: "i= is not within d=") }
    (identity, identityDomain) = (String(decoding: value, as: UTF8.self), name)
  }
}

/// A name of d=, s= or i= as lower-case A-labels (RFC 6376 §3.5, RFC 8616 §5); underscores are common in selectors.
func signatureDomain(_ bytes: ArraySlice<UInt8>) -> String? {
  guard (1...1000).contains(bytes.count) else { return nil }
  var name = String(decoding: bytes, as: UTF8.self)
  if bytes.contains(where: { $0 >= 0x80 }) {
    guard let ascii = Domain.normalized(name) else { return nil }
    name = ascii
  }
  var label = 0
  for byte in name.utf8 {
    switch byte {
    case UInt8(ascii: "."):
      if label == 0 { return nil }
      label = 0
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"):
      label += 1
      if label > 63 { return nil }
    default: return nil
    }
  }
  return label == 0 || name.utf8.count > 253 ? nil : name.lowercased()
}

/// The bytes of a base64 text without white space; padding may be missing (RFC 6376 §2.10). nil: something else.
func lenientBase64(_ text: [UInt8]) -> [UInt8]? {
  let end = text.firstIndex(of: UInt8(ascii: "=")) ?? text.count
  guard text[end...].allSatisfy({ $0 == UInt8(ascii: "=") }), text.count - end <= 2, end % 4 != 1,
    text[..<end].allSatisfy({ isBase64($0) })
  else { return nil }
  return Base64.decodeLenient(text.span)
}

private func isBase64(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"): true
  default: false
  }
}
