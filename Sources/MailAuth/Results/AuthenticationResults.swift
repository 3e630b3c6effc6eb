/// What one server found out about a message (RFC 8601): an Authentication-Results field, or, with an instance, the
/// ARC-Authentication-Results field of RFC 8617.
public struct AuthenticationResults: Hashable, Sendable, Codable {
  /// ptype.property=value
  public struct Property: Hashable, Sendable, Codable {
    /// "smtp", "header", "body" or "policy".
    public var type: String
    public var name: String
    public var value: String

    public init(_ type: String, _ name: String, _ value: String) {
      self.type = type
      self.name = name
      self.value = value
    }
  }

  /// method=result and what belongs to it.
  public struct Method: Hashable, Sendable, Codable {
    /// "spf", "dkim", "dmarc", "arc", "iprev", "auth", …
    public var method: String
    public var result: String
    public var reason: String?
    /// Shown in parentheses; not read back.
    public var comment: String?
    public var properties: [Property]

    public init(
      _ method: String, _ result: String, reason: String? = nil, comment: String? = nil, _ properties: [Property] = []
    ) {
      self.method = method
      self.result = result
      self.reason = reason
      self.comment = comment
      self.properties = properties
    }

    /// The value of a property, if it is there.
    public func property(_ type: String, _ name: String) -> String? {
      properties.first { $0.type == type && $0.name == name }?.value
    }
  }

  /// The name that the server goes by (RFC 8601 §2.5).
  public var authservID: String
  /// Empty: no authentication was done ("none").
  public var methods: [Method]
  /// i= of an ARC-Authentication-Results field.
  public var instance: Int?

  public init(authservID: String, methods: [Method] = [], instance: Int? = nil) {
    self.authservID = authservID
    self.methods = methods
    self.instance = instance
  }
}

extension AuthenticationResults.Method {
  /// RFC 8601 §2.7.2.
  public init(_ spf: SPFEvidence) {
    let value = spf.identity == .mailfrom ? spf.sender : spf.domain
    self.init(
      "spf", spf.result.rawValue, [.init("smtp", spf.identity == .mailfrom ? "mailfrom" : "helo", value)])
  }

  /// RFC 8601 §2.7.1, RFC 6008.
  public init(_ dkim: DKIMEvidence) {
    var properties: [AuthenticationResults.Property] = []
    if !dkim.domain.isEmpty { properties.append(.init("header", "d", dkim.domain)) }
    if !dkim.identity.isEmpty { properties.append(.init("header", "i", dkim.identity)) }
    if !dkim.selector.isEmpty { properties.append(.init("header", "s", dkim.selector)) }
    if !dkim.algorithm.isEmpty { properties.append(.init("header", "a", dkim.algorithm)) }
    if !dkim.signatureStart.isEmpty { properties.append(.init("header", "b", dkim.signatureStart)) }
    self.init("dkim", dkim.result.rawValue, reason: dkim.result == .pass ? nil : dkim.reasons.first, properties)
  }

  /// RFC 8617 §6.
  public init(_ arc: ARCEvidence, clientAddress: String?) {
    self.init(
      "arc", arc.result.rawValue, reason: arc.result == .fail ? arc.reasons.first : nil,
      clientAddress.map { [.init("smtp", "remote-ip", $0)] } ?? [])
  }
}
