/// The ARC sets of a message, collected and checked for their structure (RFC 8617 §5.2, steps 1 to 3).
struct ARCChain {
  /// In order of their instances; complete.
  var sets: [ARCSet] = []

  struct Flaw: Error {
    var reason: String
    /// The newest seal says cv=fail.
    var isTerminated = false
    var instance = 0
  }

  /// nil: the message has no ARC field at all.
  init?(_ message: ScannedMessage, _ limits: AuthLimits) throws(Flaw) {
    let fields = message.fields.filter {
      $0.name == arcSealName || $0.name == arcMessageName || $0.name == arcResultsName
    }
    if fields.isEmpty { return nil }
    guard fields.count <= 3 * ARCSet.maximumInstance else { throw Flaw(reason: "there are more than 50 ARC sets") }
    var found: [Int: ARCSet] = [:]
    for field in fields { try Self.add(field, message, limits, &found) }
    let highest = found.keys.max() ?? 0
    if let seal = found[highest]?.seal, seal.chain == .fail {
      throw Flaw(reason: "the newest seal says that the chain is broken", isTerminated: true, instance: highest)
    }
    for instance in 1...max(1, highest) {
      guard let set = found[instance], set.results != nil, set.message != nil, let seal = set.seal else {
        throw Flaw(reason: "the ARC set \(instance) is not complete", instance: highest)
      }
      guard seal.chain == (instance == 1 ? ARCResult.none : .pass) else {
        throw Flaw(reason: "cv= of the ARC set \(instance) is wrong", instance: highest)
      }
      sets.append(set)
    }
  }

  private static func add(
    _ field: ScannedField, _ message: ScannedMessage, _ limits: AuthLimits, _ found: inout [Int: ARCSet]
  ) throws(Flaw) {
    guard field.range.count <= limits.signatureBytes else { throw Flaw(reason: "an ARC field is too long") }
    if field.name == arcResultsName {
      guard let instance = instance(of: message.unfolded(field)) else {
        throw Flaw(reason: "an ARC-Authentication-Results has no instance")
      }
      guard found[instance, default: ARCSet()].results == nil else { throw twice(instance) }
      found[instance, default: ARCSet()].results = field
      return
    }
    let isSeal = field.name == arcSealName
    let signature: DKIMSignature
    do throws(DKIMSignature.Flaw) {
      signature = try DKIMSignature(field, in: message.header, isSeal ? .arcSeal : .arcMessage)
    } catch {
      throw Flaw(reason: "an \(isSeal ? "ARC-Seal" : "ARC-Message-Signature") is wrong: \(error.reason)")
    }
    var set = found[signature.instance] ?? ARCSet()
    guard (isSeal ? set.seal : set.message) == nil else { throw twice(signature.instance) }
    if isSeal { set.seal = signature } else { set.message = signature }
    found[signature.instance] = set
  }

  private static func twice(_ instance: Int) -> Flaw { Flaw(reason: "the ARC set \(instance) has a field twice") }

  /// arc-info = instance [CFWS] ";" authres-payload; instance = [CFWS] "i" [CFWS] "=" [CFWS] 1*2DIGIT (RFC 8617 §4.1.1).
  static func instance(of value: [UInt8]) -> Int? {
    guard let end = value.firstIndex(of: UInt8(ascii: ";")) else { return nil }
    var scanner = AuthScanner(Array(value[..<end]))
    scanner.skipCFWS()
    guard scanner.take(UInt8(ascii: "i")) else { return nil }
    scanner.skipCFWS()
    guard scanner.take(UInt8(ascii: "=")) else { return nil }
    scanner.skipCFWS()
    let digits = scanner.takeWhile { (0x30...0x39).contains($0) }
    scanner.skipCFWS()
    guard scanner.isAtEnd, (1...2).contains(digits.count), digits.first != 0x30 else { return nil }
    let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return (1...ARCSet.maximumInstance).contains(number) ? number : nil
  }
}
