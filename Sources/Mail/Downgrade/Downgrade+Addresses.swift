// RFC 6857 §3.1.5 to §3.1.8: display names, groups and mailboxes.
extension Downgrade {
  static func addresses(_ name: [UInt8], _ value: Span<UInt8>) -> [UInt8] {
    var field = FoldedField(name)
    let elements = AddressList.parse(value).elements
    for (index, element) in elements.enumerated() {
      let comma: [UInt8] = index + 1 < elements.count ? [0x2C] : []
      switch element {
      case .mailbox(let mailbox): put(mailbox, comma, &field)
      case .group(let name, let members): put(group: name, members, comma, &field)
      }
    }
    return field.finished()
  }

  /// §3.1.8
  private static func put(_ mailbox: Mailbox, _ comma: [UInt8], _ field: inout FoldedField) {
    let name = mailbox.name.flatMap { $0.isEmpty ? nil : $0 }
    if let name { put(phrase: name, [], &field) }
    guard let address = ascii(mailbox) else {
      // No ASCII address says the same: an empty group is named by it, which nobody can answer to by mistake.
      let text = mailbox.localPart + (mailbox.domain.isEmpty ? [] : [0x40]) + mailbox.domain
      // Blanks between encoded words are not shown: the one behind the name goes inside.
      let blank = name.map { !$0.isASCII } == true ? " " : ""
      field.put(encoded: blank + String(decoding: text, as: UTF8.self))
      return field.put([0x3A, 0x3B] + comma)
    }
    field.put((name == nil && !address.isEmpty ? address : [0x3C] + address + [0x3E]) + comma)
  }

  /// §3.1.7
  private static func put(
    group name: [UInt8], _ members: [Mailbox], _ comma: [UInt8], _ field: inout FoldedField
  ) {
    guard members.allSatisfy({ ascii($0) != nil }) else {
      put(phrase: name, [], &field)
      let all = members.map { member in
        let address =
          "\(String(decoding: member.localPart, as: UTF8.self))@\(String(decoding: member.domain, as: UTF8.self))"
        return member.name.map { "\(String(decoding: $0, as: UTF8.self)) <\(address)>" } ?? address
      }
      field.put(encoded: all.joined(separator: ", "))
      return field.put([0x3A, 0x3B] + comma)
    }
    put(phrase: name, [0x3A], &field)
    for (index, member) in members.enumerated() { put(member, index + 1 < members.count ? [0x2C] : [], &field) }
    field.put([0x3B] + comma)
  }

  /// A display name: as encoded words, as it was, or quoted.
  private static func put(phrase: [UInt8], _ after: [UInt8], _ field: inout FoldedField) {
    if !phrase.isASCII {
      field.put(encoded: String(decoding: phrase, as: UTF8.self), after: after)
    } else if phrase.allSatisfy({ ASCII.isAtext($0) || ASCII.isWSP($0) })
      || String(decoding: phrase, as: UTF8.self).contains("=?")
    {
      let words = phrase.split(whereSeparator: ASCII.isWSP)
      for (index, word) in words.enumerated() { field.put(Array(word) + (index + 1 < words.count ? [] : after)) }
    } else {
      field.put(quoted(phrase) + after)
    }
  }

  /// addr-spec in ASCII, its domain as A-labels (§3.1.6); nil where that cannot be.
  private static func ascii(_ mailbox: Mailbox) -> [UInt8]? {
    guard mailbox.localPart.isASCII else { return nil }
    var domain = mailbox.domain
    if !domain.isASCII {
      guard let normal = Domain.normalized(String(decoding: domain, as: UTF8.self)) else { return nil }
      domain = Array(normal.utf8)
    }
    // RFC 5321 §4.1.1.1: the null reverse-path of Return-Path.
    if mailbox.localPart.isEmpty && domain.isEmpty { return [] }
    let isAtom = !mailbox.localPart.isEmpty && mailbox.localPart.allSatisfy { ASCII.isAtext($0) || $0 == 0x2E }
    let local = isAtom ? mailbox.localPart : quoted(mailbox.localPart)
    return domain.isEmpty ? local : local + [0x40] + domain
  }

  static func quoted(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [ASCII.quote]
    for byte in text {
      if byte == ASCII.quote || byte == ASCII.backslash { result.append(ASCII.backslash) }
      result.append(byte)
    }
    return result + [ASCII.quote]
  }

  /// §3.1.4: Content-Type and Content-Disposition, values outside ASCII in the form of RFC 2231.
  static func parameters(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
    let list = ParameterList(value.span, 0..<value.count)
    let token = StructuredToken.all(of: Array(value.prefix { $0 != 0x3B })).filter { !$0.isComment }.flatMap(\.octets)
    var pieces = [token.filter { $0 < 128 }]
    for parameter in list.parameters {
      if parameter.value.isASCII {
        let isToken = !parameter.value.isEmpty && parameter.value.allSatisfy(ASCII.isToken)
        pieces.append(Array("\(parameter.name)=".utf8) + (isToken ? parameter.value : quoted(parameter.value)))
      } else {
        let text = String(decoding: parameter.value, as: UTF8.self)
        pieces += HeaderWriter.parameter(parameter.name.filter { $0 != "*" }, text)
      }
    }
    var field = FoldedField(name)
    for (index, piece) in pieces.enumerated() { field.put(index + 1 < pieces.count ? piece + [0x3B] : piece) }
    return field.finished()
  }
}
