extension AggregateReport {
  /// The report as XML, not compressed; `parse` reads it back.
  public var xml: [UInt8] {
    var writer = XMLWriter()
    writer.open("feedback")
    writer.leaf("version", version)
    writeMetadata(&writer)
    writePolicy(&writer)
    for record in records { Self.write(record, &writer) }
    writer.close("feedback")
    return writer.bytes
  }

  private func writeMetadata(_ writer: inout XMLWriter) {
    writer.open("report_metadata")
    writer.leaf("org_name", organization)
    writer.leaf("email", email)
    writer.leaf("extra_contact_info", contact)
    writer.leaf("report_id", reportID)
    writer.open("date_range")
    writer.leaf("begin", String(begin))
    writer.leaf("end", String(end))
    writer.close("date_range")
    for error in errors { writer.leaf("error", error) }
    writer.leaf("generator", generator)
    writer.close("report_metadata")
  }

  private func writePolicy(_ writer: inout XMLWriter) {
    writer.open("policy_published")
    writer.leaf("domain", policy.domain)
    writer.leaf("adkim", policy.dkimAlignment?.rawValue)
    writer.leaf("aspf", policy.spfAlignment?.rawValue)
    writer.leaf("p", policy.policy?.rawValue)
    // RFC 7489's schema wants sp and pct; the successor knows no pct but accepts what it does not know.
    writer.leaf("sp", (policy.subdomainPolicy ?? policy.policy)?.rawValue)
    writer.leaf("np", policy.nonexistentPolicy?.rawValue)
    writer.leaf("pct", policy.percent.map { String($0) })
    writer.leaf("fo", policy.failureOptions)
    writer.leaf("testing", policy.isTesting ? "y" : "n")
    writer.leaf("discovery_method", policy.method?.rawValue)
    writer.close("policy_published")
  }

  private static func write(_ record: Record, _ writer: inout XMLWriter) {
    let row = record.row
    writer.open("record")
    writer.open("row")
    writer.leaf("source_ip", row.sourceIP)
    writer.leaf("count", String(record.count))
    writer.open("policy_evaluated")
    writer.leaf("disposition", row.disposition)
    writer.leaf("dkim", row.dkimAligned)
    writer.leaf("spf", row.spfAligned)
    for override in row.overrides {
      writer.open("reason")
      writer.leaf("type", override.type)
      writer.leaf("comment", override.comment)
      writer.close("reason")
    }
    writer.close("policy_evaluated")
    writer.close("row")
    writer.open("identifiers")
    writer.leaf("envelope_to", row.envelopeTo)
    writer.leaf("envelope_from", row.envelopeFrom)
    writer.leaf("header_from", row.headerFrom)
    writer.close("identifiers")
    writer.open("auth_results")
    for result in row.dkim {
      writer.open("dkim")
      writer.leaf("domain", result.domain)
      writer.leaf("selector", result.selector)
      writer.leaf("result", result.result)
      writer.leaf("human_result", result.humanResult)
      writer.close("dkim")
    }
    for result in row.spf {
      writer.open("spf")
      writer.leaf("domain", result.domain)
      writer.leaf("scope", result.scope)
      writer.leaf("result", result.result)
      writer.leaf("human_result", result.humanResult)
      writer.close("spf")
    }
    writer.close("auth_results")
    writer.close("record")
  }

  /// receiver "!" policy-domain "!" begin "!" end ".xml" (RFC 7489 §7.2.1.1); the caller adds ".gz" when it compresses.
  public func fileName(receiver: String) -> String { "\(receiver)!\(policy.domain)!\(begin)!\(end).xml" }

  /// The subject of the message that carries the report (RFC 7489 §7.2.1.1).
  public func subject(submitter: String) -> String {
    "Report Domain: \(policy.domain) Submitter: \(submitter) Report-ID: <\(reportID)>"
  }
}

/// Writes indented XML; text is escaped, and what XML forbids is left out.
struct XMLWriter {
  private(set) var bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
  private var depth = 0

  mutating func open(_ name: String) {
    indent()
    bytes += Array("<\(name)>\n".utf8)
    depth += 1
  }

  mutating func close(_ name: String) {
    depth -= 1
    indent()
    bytes += Array("</\(name)>\n".utf8)
  }

  /// An element with text; nothing for nil.
  mutating func leaf(_ name: String, _ text: String?) {
    guard let text else { return }
    indent()
    bytes += Array("<\(name)>\(Self.escaped(text))</\(name)>\n".utf8)
  }

  private mutating func indent() { bytes += Array(repeating: 0x20, count: 2 * depth) }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\t", "\n", "\r": result.unicodeScalars.append(" ")
      default:
        // XML 1.0 §2.2 Char.
        if scalar.value >= 0x20, scalar.value & 0xFFFE != 0xFFFE { result.unicodeScalars.append(scalar) }
      }
    }
    return result
  }
}
