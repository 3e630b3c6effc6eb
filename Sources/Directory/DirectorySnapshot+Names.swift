internal import Mail

// Text that a person typed, turned into keys.
extension DirectorySnapshot {
  func domainName(_ text: String) throws(DirectoryError) -> String {
    guard let name = Domain.normalized(text), !name.isEmpty else { throw .domainInvalid(text) }
    return name
  }

  func canonicalAddress(_ text: String) throws(DirectoryError) -> String {
    do { return try EmailAddress.parse(text).canonical } catch { throw .addressInvalid(text) }
  }

  /// The address as it is kept: at the domain itself where the text names a domain alias.
  func homeAddress(_ text: String) throws(DirectoryError) -> String {
    let (local, domain) = Self.split(try canonicalAddress(text))
    guard let home = home(of: domain) else { throw .domainUnknown(domain) }
    return "\(local)@\(home)"
  }

  /// A catch-all's key: "@" and the domain.
  func catchAllKey(_ text: String) throws(DirectoryError) -> String {
    let name = try domainName(String(text.dropFirst()))
    guard let home = home(of: name) else { throw .domainUnknown(name) }
    return "@\(home)"
  }

  func untagged(_ address: String) throws(DirectoryError) -> String {
    guard !Self.split(address).local.contains("+") else { throw .addressTagged(address) }
    return address
  }

  /// An address for a new account: at a domain that is no alias, free, without a tag.
  func newAddress(_ text: String) throws(DirectoryError) -> (address: String, domain: String) {
    let (local, domain) = Self.split(try canonicalAddress(text))
    guard let entry = domainTable[domain] else { throw .domainUnknown(domain) }
    if let home = entry.aliasOf { throw .domainIsAlias(domain, of: home) }
    let address = try untagged("\(local)@\(domain)")
    guard addressTable[address] == nil else { throw .addressTaken(address) }
    return (address, domain)
  }

  /// The account that `text` names, as at log-in.
  func ownerOf(_ text: String) throws(DirectoryError) -> AccountKey {
    guard let found = account(logIn: Self.logInName(text)) else { throw .accountUnknown(text) }
    return found.key
  }

  /// A log-in name in the form of the keys: an address made canonical, or a bare name folded as a local part is; empty if
  /// it can be neither.
  static func logInName(_ text: String) -> String {
    let isBare = !text.utf8.contains(UInt8(ascii: "@"))
    do {
      let canonical = try EmailAddress.parse(isBare ? "\(text)@name.invalid" : text).canonical
      return isBare ? split(canonical).local : canonical
    } catch {
      return ""
    }
  }
}
