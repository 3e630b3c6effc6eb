internal import Glibc
internal import Net
internal import Phrases
internal import SwiftASN1
internal import X509

/// Reads the certificates that the configuration names, or makes one of the folder's own authority.
enum TLSFiles {
  /// `names`: what a certificate of our own must name.
  static func load(
    _ settings: CertificateSettings, ownFolder: String, names: [String]
  ) throws(StartFault) -> TLSContexts {
    var pairs = Array(zip(settings.certificates, settings.keys))
    if pairs.isEmpty {
      let folder = CertificateFolder(path: ownFolder)
      do throws(CertificateFolder.Fault) {
        try folder.prepare(names: names, now: time(nil))
      } catch {
        throw StartFault(.certificateUnreadable(ownFolder, error.description))
      }
      pairs = [(folder.certificatePath, folder.keyPath)]
    }
    var identities: [TLSContexts.Identity] = []
    for (certificate, key) in pairs { identities.append(try identity(certificate, key)) }
    do throws(TLSFault) {
      return try TLSContexts(identities, onlyTLS13: settings.minimum == .tls13)
    } catch {
      throw StartFault(.certificateUnreadable(pairs[0].0, error.reason))
    }
  }

  private static func identity(_ certificate: String, _ key: String) throws(StartFault) -> TLSContexts.Identity {
    let chain = try bytes(certificate)
    let identity = TLSContexts.Identity(
      certificateChain: chain, privateKey: try bytes(key), names: try dnsNames(of: chain, certificate))
    // Each pair on its own first, so that a fault names its file.
    do throws(TLSFault) {
      _ = try TLSContexts([identity])
    } catch {
      throw StartFault(.certificateUnreadable(certificate, error.reason))
    }
    return identity
  }

  /// The names that the leaf certificate is for.
  private static func dnsNames(of chain: [UInt8], _ path: String) throws(StartFault) -> [String] {
    do {
      guard let leaf = try PEMDocument.parseMultiple(pemString: String(decoding: chain, as: UTF8.self)).first else {
        throw StartFault(.certificateUnreadable(path, "no certificate in the file"))
      }
      let named = try Certificate(pemDocument: leaf).extensions.subjectAlternativeNames ?? SubjectAlternativeNames([])
      return named.compactMap { name in
        if case .dnsName(let text) = name { text.lowercased() } else { nil }
      }
    } catch let fault as StartFault {
      throw fault
    } catch {
      throw StartFault(.certificateUnreadable(path, "\(error)"))
    }
  }

  private static func bytes(_ path: String) throws(StartFault) -> [UInt8] {
    do throws(FileFault) {
      return try FileBytes.read(path, limit: 1 << 20)
    } catch {
      throw StartFault(.certificateUnreadable(path, error.reason))
    }
  }
}
