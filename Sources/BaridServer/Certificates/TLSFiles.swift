internal import Glibc
internal import Net
internal import Phrases

/// Reads the certificates that the configuration names, or makes one of the folder's own authority.
enum TLSFiles {
  /// `names`: what a certificate of our own must name.
  static func load(
    _ settings: CertificateSettings, ownFolder: String, names: [String]
  ) throws(StartFault) -> TLSContexts {
    if let certificate = settings.certificates.first, let key = settings.keys.first {
      return try contexts(certificate, key)
    }
    let folder = CertificateFolder(path: ownFolder)
    do throws(CertificateFolder.Fault) {
      try folder.prepare(names: names, now: time(nil))
    } catch {
      throw StartFault(.certificateUnreadable(ownFolder, error.description))
    }
    return try contexts(folder.certificatePath, folder.keyPath)
  }

  private static func contexts(_ certificate: String, _ key: String) throws(StartFault) -> TLSContexts {
    let chain = try bytes(certificate)
    let secret = try bytes(key)
    do throws(TLSFault) {
      return try TLSContexts(certificateChain: chain, privateKey: secret)
    } catch {
      throw StartFault(.certificateUnreadable(certificate, error.reason))
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
