/// The three fields of one instance (RFC 8617 §4.2).
struct ARCSet {
  /// RFC 8617 §4.2.1.
  static let maximumInstance = 50

  var results: ScannedField?
  var message: DKIMSignature?
  var seal: DKIMSignature?
}
