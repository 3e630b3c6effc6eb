import NIOCore
import NIOSSL

/// A certificate with its key, ready to serve TLS 1.2 and 1.3. Immutable: `NetServer.reload` puts a new one in its place.
package final class TLSContexts: Sendable {
  let context: NIOSSLContext

  /// - Parameters:
  ///   - certificateChain: PEM, the server's own certificate first.
  ///   - privateKey: PEM, not encrypted.
  package init(certificateChain: [UInt8], privateKey: [UInt8]) throws(TLSFault) {
    do {
      let chain = try NIOSSLCertificate.fromPEMBytes(certificateChain)
      guard !chain.isEmpty else { throw TLSFault(reason: "no certificate in the PEM text") }
      let key = try NIOSSLPrivateKey(bytes: privateKey, format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      // RFC 8996: nothing below TLS 1.2.
      configuration.minimumTLSVersion = .tlsv12
      configuration.shutdownTimeout = .seconds(3)
      context = try NIOSSLContext(configuration: configuration)
    } catch let fault as TLSFault {
      throw fault
    } catch {
      throw TLSFault(reason: String(describing: error))
    }
  }
}

/// Why a certificate or key cannot be used.
package struct TLSFault: Error, Sendable, CustomStringConvertible {
  package var reason: String
  package var description: String { reason }
}
