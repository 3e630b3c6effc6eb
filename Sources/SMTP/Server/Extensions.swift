/// What a server offers in its answer to EHLO or LHLO. STARTTLS, AUTH and REQUIRETLS appear only in the states that allow them.
public struct Extensions: Hashable, Sendable {
  public var pipelining = true
  public var eightBitMIME = true
  public var smtputf8 = true
  public var enhancedStatusCodes = true
  public var chunking = true
  /// Needs `chunking` (RFC 3030 §3).
  public var binaryMIME = true
  public var dsn = true
  /// STARTTLS is offered while the connection is plain.
  public var startTLS = true
  /// Offered only under TLS (RFC 8689 §2).
  public var requireTLS = false
  /// MT-PRIORITY: the name of the priority profile, or an empty string for none (RFC 6710 §4.1). `nil`: not offered.
  public var priorityProfile: String?
  /// FUTURERELEASE: the longest hold in seconds and the last date as text (RFC 4865 §3). `nil`: not offered.
  public var futureRelease: FutureRelease?
  /// DELIVERBY: the shortest time in seconds, 0 for none stated (RFC 2852 §3). `nil`: not offered.
  public var deliverBy: Int?
  /// VRFY is answered 252 without asking when this is false (RFC 5321 §3.5.3).
  public var vrfy = false
  /// EXPN is answered 502 when this is false.
  public var expn = false
  public var help = true
  /// Mechanisms for AUTH, best first, in upper case. Never offered on `.mx`.
  public var mechanisms: [String] = []

  public init() {}

  public struct FutureRelease: Hashable, Sendable {
    /// Seconds.
    public var longest: Int
    /// Seconds since 1970 UTC.
    public var latest: Int64
    /// `latest` as RFC 3339 text.
    public var latestText: String

    public init(longest: Int, latest: Int64, latestText: String) {
      self.longest = longest
      self.latest = latest
      self.latestText = latestText
    }
  }

  /// The keyword lines, in a fixed order.
  func keywords(messageSize: Int, isTLS: Bool, offersAuthentication: Bool) -> [String] {
    var lines: [String] = []
    if pipelining { lines.append("PIPELINING") }
    // RFC 1870 §4: 0 means that no fixed maximum is in force.
    lines.append("SIZE \(messageSize)")
    if eightBitMIME { lines.append("8BITMIME") }
    if smtputf8 { lines.append("SMTPUTF8") }
    if chunking { lines.append("CHUNKING") }
    if chunking && binaryMIME { lines.append("BINARYMIME") }
    if dsn { lines.append("DSN") }
    if enhancedStatusCodes { lines.append("ENHANCEDSTATUSCODES") }
    // RFC 3207 §4.2: not offered again under TLS.
    if startTLS && !isTLS { lines.append("STARTTLS") }
    if requireTLS && isTLS { lines.append("REQUIRETLS") }
    if offersAuthentication { lines.append("AUTH " + mechanisms.joined(separator: " ")) }
    if let priorityProfile { lines.append(priorityProfile.isEmpty ? "MT-PRIORITY" : "MT-PRIORITY \(priorityProfile)") }
    if let futureRelease { lines.append("FUTURERELEASE \(futureRelease.longest) \(futureRelease.latestText)") }
    if let deliverBy { lines.append(deliverBy == 0 ? "DELIVERBY" : "DELIVERBY \(deliverBy)") }
    if vrfy { lines.append("VRFY") }
    if expn { lines.append("EXPN") }
    if help { lines.append("HELP") }
    return lines
  }
}
