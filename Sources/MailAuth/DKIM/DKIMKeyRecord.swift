/// A key record (RFC 6376 §3.6.1, RFC 8463 §3).
struct DKIMKeyRecord: Sendable {
  /// Why a record cannot be used.
  struct Flaw: Error { var reason: String }

  /// k=
  var keyType = "rsa"
  /// p=; empty: the key was revoked.
  var key: [UInt8]
  /// h=; nil: every hash.
  var hashes: [String]?
  /// s=; nil: every service.
  var services: [String]?
  /// t=y
  var isTesting = false
  /// t=s: the domain of i= must be d= itself.
  var isStrict = false
  /// n=, for people.
  var note: String?

  /// Reads the text of a TXT record.
  init(_ text: [UInt8]) throws(Flaw) {
    let tags: TagList
    do throws(TagList.Flaw) {
      tags = try TagList(text, text.indices)
    } catch {
      throw Flaw(reason: "the key record is not a list of tags")
    }
    // v= comes first and is "DKIM1", or is absent.
    if let version = tags.text("v") {
      guard version == "DKIM1", tags.tags[0].name == [UInt8(ascii: "v")] else {
        throw Flaw(reason: "the key record is of another version")
      }
    }
    guard let published = tags.compact("p") else { throw Flaw(reason: "the key record has no p=") }
    guard let key = lenientBase64(published) else { throw Flaw(reason: "p= of the key record is not base64") }
    self.key = key
    if let type = tags.text("k") { keyType = type }
    hashes = Self.words(tags, "h")
    services = Self.words(tags, "s")
    if let flags = Self.words(tags, "t") {
      isTesting = flags.contains("y")
      isStrict = flags.contains("s")
    }
    note = tags.text("n")
  }

  /// A colon-separated list.
  private static func words(_ tags: TagList, _ name: StaticString) -> [String]? {
    tags.compact(name)?.split(separator: UInt8(ascii: ":")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Why the key may not be used for the signature; nil: it may (RFC 6376 §6.1.2).
  func objection(to signature: DKIMSignature) -> String? {
    if key.isEmpty { return "the key was revoked" }
    if keyType != signature.algorithm.keyType { return "the key is of type “\(printable(keyType))”" }
    if let hashes, !hashes.contains("sha256") { return "the key record does not allow sha256" }
    if let services, !services.contains("*"), !services.contains("email") { return "the key is not for mail" }
    if isStrict, !signature.identityDomain.isEmpty, signature.identityDomain != signature.domain {
      return "the key record wants i= to be in d= itself"
    }
    return nil
  }
}
