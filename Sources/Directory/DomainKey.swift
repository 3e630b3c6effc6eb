/// A key with which mail of a domain is signed (DKIM).
///
/// The secret is in directory.db, not in a file of its own: the file has mode 0600 as a key file would, a key comes and goes in one
/// transaction with its domain, and one backup holds both.
package struct DomainKey: Hashable, Sendable, CustomStringConvertible {
  /// s=, never used again for this domain.
  package var selector: String
  /// "rsa-sha256" or "ed25519-sha256".
  package var algorithm: String
  /// PEM. Secret.
  package var secret: [UInt8]
  /// The text of the TXT record at `selector`._domainkey.DOMAIN.
  package var record: String
  /// Seconds since 1970 UTC, as are the others.
  package var createdAt: Int64
  /// From then on it signs, if no newer one does: its record must be published by then.
  package var signsFrom: Int64
  /// Until then its record must stay published; nil: it is not replaced yet.
  package var retiresAt: Int64?

  /// Never the secret.
  package var description: String { "\(selector) (\(algorithm))" }
}
