/// A DKIM-Signature, ARC-Message-Signature or ARC-Seal field, parsed (RFC 6376 §3.5, RFC 8617 §4.1).
struct DKIMSignature: Sendable {
  /// The three fields share their syntax but for a few tags.
  enum Kind { case dkim, arcMessage, arcSeal }

  enum Algorithm: String, Sendable {
    case rsaSHA256 = "rsa-sha256"
    case ed25519SHA256 = "ed25519-sha256"

    /// k= of the key record.
    var keyType: String { self == .rsaSHA256 ? "rsa" : "ed25519" }
  }

  /// Why a signature cannot be used at all.
  struct Flaw: Error { var reason: String }

  let field: ScannedField
  var algorithm: Algorithm
  /// b=
  var signature: [UInt8]
  /// bh=; empty for a seal.
  var bodyHash: [UInt8] = []
  var headerForm = Canonicalization.simple
  var bodyForm = Canonicalization.simple
  /// d= and s= as A-labels.
  var domain: String
  var selector: String
  /// h= in lower case, in order; empty for a seal.
  var signedNames: [[UInt8]] = []
  /// i= as it stands, and its domain part as A-labels.
  var identity: String = ""
  var identityDomain: String = ""
  /// l=
  var length: UInt64?
  /// t= and x=, seconds since 1970.
  var time: UInt64?
  var expiration: UInt64?
  /// i= of an ARC field; 0 for DKIM.
  var instance = 0
  /// cv= of a seal.
  var chain: ARCResult?
  /// The value of b= with its white space: what counts as absent in the hash (RFC 6376 §3.7).
  var cut: Range<Int>

  /// What must be hashed of the body.
  var bodyRequest: BodyHasher.Request? {
    bodyHash.isEmpty ? nil : .init(canonicalization: bodyForm, length: length)
  }

  /// Where the key is published (RFC 6376 §3.6.2.1).
  var keyName: String { "\(selector)._domainkey.\(domain)" }
}
