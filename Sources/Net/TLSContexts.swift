import NIOCore
import NIOSSL

/// Certificates with their keys, ready to serve TLS 1.2 and 1.3. Immutable: `NetServer.replace` puts new ones in their place.
package final class TLSContexts: Sendable {
  /// A certificate chain, its key, and the names it is for.
  package struct Identity: Sendable {
    /// PEM, the server's own certificate first.
    package var certificateChain: [UInt8]
    /// PEM, not encrypted.
    package var privateKey: [UInt8]
    /// Lower-case DNS names; "*.example.org" stands for one label. Clients that ask for one of them get this certificate.
    package var names: [String]

    package init(certificateChain: [UInt8], privateKey: [UInt8], names: [String] = []) {
      self.certificateChain = certificateChain
      self.privateKey = privateKey
      self.names = names
    }
  }

  let context: NIOSSLContext

  /// - Parameters:
  ///   - certificateChain: PEM, the server's own certificate first.
  ///   - privateKey: PEM, not encrypted.
  package convenience init(certificateChain: [UInt8], privateKey: [UInt8]) throws(TLSFault) {
    try self.init([Identity(certificateChain: certificateChain, privateKey: privateKey)])
  }

  /// Clients that name none of the identities' names (RFC 6066 §3) get the first.
  package init(_ identities: [Identity], onlyTLS13: Bool = false) throws(TLSFault) {
    guard let first = identities.first else { throw TLSFault(reason: "no certificate") }
    do {
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: try first.chain(), privateKey: try first.key())
      // RFC 8996: nothing below TLS 1.2.
      configuration.minimumTLSVersion = onlyTLS13 ? .tlsv13 : .tlsv12
      configuration.shutdownTimeout = .seconds(3)
      if identities.count > 1 { configuration.sslContextCallback = try Self.chooser(identities) }
      context = try NIOSSLContext(configuration: configuration)
    } catch let fault as TLSFault {
      throw fault
    } catch {
      throw TLSFault(reason: String(describing: error))
    }
  }

  /// Gives a client the certificate for the name that it asks for.
  private static func chooser(_ identities: [Identity]) throws -> NIOSSLContextCallback {
    var overrides: [String: NIOSSLContextConfigurationOverride] = [:]
    for identity in identities {
      var override = NIOSSLContextConfigurationOverride()
      override.certificateChain = try identity.chain()
      override.privateKey = try identity.key()
      for name in identity.names where overrides[name] == nil { overrides[name] = override }
    }
    return { [overrides] values, promise in
      let name = values.serverHostname?.lowercased() ?? ""
      // RFC 9525 §6.3: a wildcard is the whole leftmost label.
      let wildcard = name.firstIndex(of: ".").map { "*" + name[$0...] } ?? ""
      promise.succeed(overrides[name] ?? overrides[wildcard] ?? .noChanges)
    }
  }
}

extension TLSContexts.Identity {
  fileprivate func chain() throws -> [NIOSSLCertificateSource] {
    let chain = try NIOSSLCertificate.fromPEMBytes(certificateChain)
    guard !chain.isEmpty else { throw TLSFault(reason: "no certificate in the PEM text") }
    return chain.map { .certificate($0) }
  }

  fileprivate func key() throws -> NIOSSLPrivateKeySource {
    .privateKey(try NIOSSLPrivateKey(bytes: privateKey, format: .pem))
  }
}

/// Why a certificate or key cannot be used.
package struct TLSFault: Error, Sendable, CustomStringConvertible {
  package var reason: String
  package var description: String { reason }
}
