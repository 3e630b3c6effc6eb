package import Directory
package import MailAuth
package import Store
import Synchronization

/// Signs mail of our own domains with their keys, and seals what is passed on. For submission now, for the queue later.
package final class DomainSigners: Sendable {
  private let directory: Directory
  /// Seconds since 1970 UTC.
  private let now: @Sendable () -> Int64
  /// Keys that were read from their PEM, by domain and selector.
  private let read = Mutex<[String: DKIMPrivateKey]>([:])

  package init(directory: Directory, now: @escaping @Sendable () -> Int64) {
    self.directory = directory
    self.now = now
  }

  /// The DKIM-Signature fields of a message as it leaves, one for each of the domain's keys, to be put before everything else; empty
  /// where the domain has no keys. One pass over the message, off the caller's thread (an RSA signature takes most of a millisecond).
  ///
  /// - Parameters:
  ///   - domain: of the author (From), as A-labels, in lower case.
  ///   - message: with CRLF line ends.
  package func signatures(for message: SpooledMessage, domain: String) async -> [UInt8] {
    let moment = now()
    let keys = directory.snapshot.signingKeys(of: domain, at: moment)
    if keys.isEmpty { return [] }
    return await withTaskExecutorPreference(globalConcurrentExecutor) { () -> [UInt8] in
      let scanned = Self.scan(message)
      var fields: [UInt8] = []
      for key in keys {
        guard let secret = self.secret(key, domain) else { continue }
        do throws(DKIMSigningError) {
          fields += try DKIMSigner(domain: domain, selector: key.selector, key: secret)
            .signature(for: scanned, time: moment)
        } catch {
          // No From field, or a header too long: whoever takes it in decides about that.
          continue
        }
      }
      return fields
    }
  }

  /// The ARC set for a message that is passed on (RFC 8617 §5.1), to be put before everything else; nil: none may be added, or the
  /// domain has no keys. Signed with the RSA key: few validate Ed25519 in chains.
  ///
  /// - Parameters:
  ///   - domain: ours, in whose name the message is passed on.
  ///   - chain: what was found about the chain when the message came in (`Evidence.arc`).
  ///   - results: what was found, with our authserv-id.
  package func seal(
    _ message: SpooledMessage, domain: String, chain: ARCEvidence, results: AuthenticationResults
  ) async -> [UInt8]? {
    let moment = now()
    let keys = directory.snapshot.signingKeys(of: domain, at: moment)
    guard let key = keys.first(where: { $0.algorithm == "rsa-sha256" }), let secret = secret(key, domain) else {
      return nil
    }
    return await withTaskExecutorPreference(globalConcurrentExecutor) { () -> [UInt8]? in
      let scanned = Self.scan(message)
      do throws(DKIMSigningError) {
        return try ARCSealer(domain: domain, selector: key.selector, key: secret)
          .seal(scanned, chain, results, time: moment)
      } catch {
        return nil
      }
    }
  }

  private static func scan(_ message: SpooledMessage) -> ScannedMessage {
    message.withBytes { bytes in
      var scanner = MessageScanner(alsoHash: [.relaxed])
      scanner.append(bytes)
      return scanner.finish()
    }
  }

  private func secret(_ key: DomainKey, _ domain: String) -> DKIMPrivateKey? {
    let name = "\(key.selector).\(domain)"
    if let known = read.withLock({ $0[name] }) { return known }
    do throws(DKIMKeyError) {
      let secret = try DKIMPrivateKey(pem: key.secret)
      read.withLock { keys in
        if keys.count > 10_000 { keys.removeAll() }
        keys[name] = secret
      }
      return secret
    } catch {
      return nil
    }
  }
}
