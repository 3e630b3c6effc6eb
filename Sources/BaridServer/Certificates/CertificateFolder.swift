internal import Crypto
internal import DNS
// X509 speaks of time in Foundation's Date.
internal import FoundationEssentials
internal import Glibc
internal import SwiftASN1
internal import X509

/// Certificates that a folder's own small authority signs: for the demo, the test bed, and a server that was given none.
///
/// Files: `ca.pem` (to be trusted by clients), `ca.key`, `server.pem` (leaf first, then the authority), `server.key`.
/// Keys have mode 0600. All are kept across restarts; the server's is renewed 30 days before it ends or when names change.
package struct CertificateFolder: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  package var authorityPath: String { path + "/ca.pem" }
  package var certificatePath: String { path + "/server.pem" }
  package var keyPath: String { path + "/server.key" }

  private static let day = 86_400
  static let authorityDays = 3_650
  static let serverDays = 397
  static let renewalDays = 30

  /// What went wrong, for people.
  package struct Fault: Error, Sendable, CustomStringConvertible {
    package var description: String
  }

  /// Makes what is missing, ends soon, or does not name all of `names`. `now`: seconds since 1970 UTC.
  /// Returns true where the server's certificate is a new one.
  @discardableResult
  package func prepare(names: [String], now: Int) throws(Fault) -> Bool {
    do {
      try FileBytes.makeFolder(path)
      let authority = try authority(now: now)
      if isGood(names: names, authority: authority, now: now) { return false }
      let server = try Self.issue(names: names, by: authority, now: now)
      try FileBytes.replace(keyPath, with: server.key.pem, mode: 0o600)
      // RFC 8446 §4.4.2: the authority itself may stay out, and nobody trusts it for being sent. Each handshake is shorter for it.
      try FileBytes.replace(certificatePath, with: server.certificate.pem, mode: 0o644)
      return true
    } catch {
      throw Fault(description: "cannot prepare the certificates in \(path): \(error)")
    }
  }

  // MARK: The authority

  private struct Pair {
    var certificate: Certificate
    var key: P256.Signing.PrivateKey
  }

  private func authority(now: Int) throws -> Pair {
    if let kept = try keptAuthority(), Self.seconds(kept.certificate.notValidAfter) > now + Self.serverDays * Self.day {
      return kept
    }
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName {
      OrganizationName("Barid")
      CommonName("Barid local authority")
    }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
      notValidBefore: Self.date(now - Self.day), notValidAfter: Self.date(now + Self.authorityDays * Self.day),
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: .init(key.publicKey))
      }, issuerPrivateKey: .init(key))
    let pair = Pair(certificate: certificate, key: key)
    try FileBytes.replace(path + "/ca.key", with: key.pem, mode: 0o600)
    try FileBytes.replace(authorityPath, with: certificate.pem, mode: 0o644)
    return pair
  }

  private func keptAuthority() throws -> Pair? {
    guard let certificate = try keptCertificate(authorityPath), let text = try kept(path + "/ca.key") else {
      return nil
    }
    return Pair(certificate: certificate, key: try P256.Signing.PrivateKey(pemRepresentation: text))
  }

  // MARK: The server's certificate

  private static func issue(names: [String], by authority: Pair, now: Int) throws -> Pair {
    let key = P256.Signing.PrivateKey()
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
      notValidBefore: date(now - day), notValidAfter: date(now + serverDays * day),
      issuer: authority.certificate.subject,
      subject: try DistinguishedName { CommonName(names.first ?? "localhost") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(names.map(generalName))
        SubjectKeyIdentifier(hash: .init(key.publicKey))
        AuthorityKeyIdentifier(
          keyIdentifier: SubjectKeyIdentifier(hash: authority.certificate.publicKey).keyIdentifier)
      }, issuerPrivateKey: .init(authority.key))
    return Pair(certificate: certificate, key: key)
  }

  private func isGood(names: [String], authority: Pair, now: Int) -> Bool {
    guard let certificate = try? keptCertificate(certificatePath), let text = try? kept(keyPath),
      let key = try? P256.Signing.PrivateKey(pemRepresentation: text),
      certificate.publicKey == .init(key.publicKey), certificate.issuer == authority.certificate.subject,
      authority.certificate.publicKey.isValidSignature(certificate.signature, for: certificate),
      Self.seconds(certificate.notValidAfter) > now + Self.renewalDays * Self.day,
      let named = try? certificate.extensions.subjectAlternativeNames
    else { return false }
    return names.map(Self.generalName).allSatisfy { named.contains($0) }
  }

  private static func generalName(_ name: String) -> GeneralName {
    guard let address = IPAddress(name) else { return .dnsName(name) }
    return .ipAddress(ASN1OctetString(contentBytes: address.octets[...]))
  }

  // MARK: Files and dates

  private func kept(_ path: String) throws -> String? {
    do throws(FileFault) {
      return String(decoding: try FileBytes.read(path, limit: 1 << 20), as: UTF8.self)
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  private static func date(_ seconds: Int) -> Date { Date(timeIntervalSince1970: Double(seconds)) }
  private static func seconds(_ date: Date) -> Int { Int(date.timeIntervalSince1970) }

  private func keptCertificate(_ path: String) throws -> Certificate? {
    guard let text = try kept(path), let first = try PEMDocument.parseMultiple(pemString: text).first else {
      return nil
    }
    return try Certificate(pemDocument: first)
  }
}

extension Certificate {
  fileprivate var pem: [UInt8] {
    get throws { Array((try serializeAsPEM().pemString + "\n").utf8) }
  }
}

extension P256.Signing.PrivateKey {
  fileprivate var pem: [UInt8] { Array((pemRepresentation + "\n").utf8) }
}
