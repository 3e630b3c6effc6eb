public import Mail

/// Where a message came from and where reports about it go: RFC 5321 §4.1.2 Reverse-path.
public enum ReversePath: Hashable, Sendable {
  /// `<>`: a report, which must never cause another (RFC 5321 §6.1).
  case null
  case mailbox(EmailAddress)

  /// The address, or `nil` for the null path.
  public var address: EmailAddress? {
    if case .mailbox(let address) = self { address } else { nil }
  }
}

/// Where a message is to go: RFC 5321 §4.1.2 Forward-path.
public enum ForwardPath: Hashable, Sendable {
  /// `<postmaster>` without a domain, in any case (RFC 5321 §4.1.1.3).
  case postmaster
  case mailbox(EmailAddress)

  /// The address, or `nil` for the bare postmaster.
  public var address: EmailAddress? {
    if case .mailbox(let address) = self { address } else { nil }
  }
}

extension ReversePath: CustomStringConvertible {
  /// With its brackets, as on the wire.
  public var description: String { "<\(address.map(String.init(describing:)) ?? "")>" }
}

extension ForwardPath: CustomStringConvertible {
  /// With its brackets, as on the wire.
  public var description: String { "<\(address.map(String.init(describing:)) ?? "postmaster")>" }
}

/// A path as found in a line.
struct ScannedPath {
  enum Content {
    case null
    case postmaster
    case mailbox(EmailAddress)
  }
  var content: Content
  /// It holds octets outside ASCII, which need SMTPUTF8.
  var isInternationalised: Bool
  /// The octet after `>`.
  var end: Int

  /// RFC 5321 §4.1.2: `"<" [ A-d-l ":" ] Mailbox ">"`; the source route is dropped (appendix C, F.2).
  static func scan(_ line: Span<UInt8>, from start: Int, to limit: Int, longestLocalPart: Int) -> ScannedPath? {
    var at = start
    guard at < limit, line[at] == UInt8(ascii: "<") else { return nil }
    at += 1
    guard at < limit else { return nil }
    if line[at] == UInt8(ascii: ">") {
      return ScannedPath(content: .null, isInternationalised: false, end: at + 1)
    }
    if line[at] == UInt8(ascii: "@") {
      guard let afterRoute = skipRoute(line, from: at, to: limit) else { return nil }
      at = afterRoute
    }
    if line.hasPrefix("POSTMASTER>", at: at), at + 11 <= limit {
      return ScannedPath(content: .postmaster, isInternationalised: false, end: at + 11)
    }
    let mailbox = at
    // Whether octets outside ASCII may stand here is known only behind the path, where SMTPUTF8 would be.
    let address: EmailAddress
    do throws(AddressError) {
      address = try EmailAddress.parse(line, at: &at, smtputf8: true, longestLocalPart: longestLocalPart)
    } catch {
      return nil
    }
    guard at < limit, line[at] == UInt8(ascii: ">") else { return nil }
    var isInternationalised = false
    for index in mailbox..<at where line[index] >= 0x80 { isInternationalised = true }
    return ScannedPath(content: .mailbox(address), isInternationalised: isInternationalised, end: at + 1)
  }

  /// `"@" Domain *( "," "@" Domain ) ":"`: the index behind the colon.
  private static func skipRoute(_ line: Span<UInt8>, from start: Int, to limit: Int) -> Int? {
    var at = start
    while at < limit, line[at] == UInt8(ascii: "@") {
      at += 1
      let name = at
      while at < limit, line[at].isLetterOrDigit || line[at] >= 0x80 || "-.[]:".utf8.contains(line[at]) {
        // Inside brackets a colon belongs to an IPv6 literal.
        if line[at] == UInt8(ascii: ":"), line[name] != UInt8(ascii: "[") || line[at - 1] == UInt8(ascii: "]") { break }
        at += 1
      }
      guard at > name, at < limit else { return nil }
      if line[at] == UInt8(ascii: ":") { return at + 1 }
      guard line[at] == UInt8(ascii: ",") else { return nil }
      at += 1
    }
    return nil
  }
}
