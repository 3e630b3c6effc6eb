internal import Mail

/// A feedback report in ARF (RFC 5965), as DMARC failure reports are (RFC 6591, RFC 7489 §7.3).
public struct FailureReport: Hashable, Sendable, Codable {
  /// One field of the report's machine-readable part.
  public struct Field: Hashable, Sendable, Codable {
    /// In lower case.
    public var name: String
    public var value: String
  }

  /// "auth-failure", "abuse", …, in lower case.
  public var type: String
  /// All fields in order, at most 500.
  public var fields: [Field]
  /// The header of the message that the report is about, as it stands, at most 256 KiB; nil: none came along.
  public var reportedHeader: String?

  /// The first value of a field (name in lower case).
  public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Auth-Failure: "dkim", "bodyhash", "signature", "spf", "dmarc", …
  public var failure: String? { self["auth-failure"]?.lowercased() }
  public var sourceIP: String? { self["source-ip"] }
  public var reportedDomains: [String] { fields.filter { $0.name == "reported-domain" }.map(\.value) }

  /// Reads a whole message that is a multipart/report with a message/feedback-report.
  public init(message: [UInt8]) throws(ReportError) {
    guard message.count <= AggregateReport.maximumSize else { throw .tooLarge }
    let structure = MIMEScanner.scan(message)
    guard let part = structure.parts.first(where: { $0.type == "message" && $0.subtype == "feedback-report" }) else {
      throw .notAReport
    }
    let body = part.encoding.decode(message[part.bodyRange].span, limit: 256 << 10)
    fields = Self.fields(body)
    guard let type = fields.first(where: { $0.name == "feedback-type" })?.value.lowercased() else { throw .notAReport }
    self.type = type
    let original = structure.parts.last { part in
      (part.type == "message" && part.subtype == "rfc822") || (part.type == "text" && part.subtype == "rfc822-headers")
    }
    if let original {
      let bytes = original.encoding.decode(message[original.bodyRange].span, limit: 256 << 10)
      reportedHeader = String(decoding: MessageScanner.scan(bytes).header, as: UTF8.self)
    }
  }

  private static func fields(_ body: [UInt8]) -> [Field] {
    let scanned = MessageScanner.scan(body)
    return scanned.fields.prefix(500).map { field in
      Field(
        name: String(decoding: field.name, as: UTF8.self),
        value: String(decoding: scanned.unfolded(field), as: UTF8.self))
    }
  }
}
