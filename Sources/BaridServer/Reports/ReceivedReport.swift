internal import Mail
package import MailAuth
internal import Store

/// A DMARC report as it came: bare XML, gzip, zip, or a message with one of these in it, or a failure report.
package enum ReceivedReport: Sendable {
  case aggregate(AggregateReport)
  case failure(FailureReport)

  /// Reads whatever it is. The same bounds hold however deep it is packed.
  package static func read(_ bytes: [UInt8]) throws(ReportError) -> [ReceivedReport] {
    if let xml = try unpacked(bytes) { return [.aggregate(try AggregateReport(xml: xml))] }
    if let first = bytes.first(where: { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }), first == 0x3C {
      return [.aggregate(try AggregateReport(xml: bytes))]
    }
    return try attachments(bytes)
  }

  /// gzip or zip; nil: neither.
  private static func unpacked(_ bytes: [UInt8]) throws(ReportError) -> [UInt8]? {
    if bytes.starts(with: [0x1F, 0x8B]) {
      guard let xml = Deflate.gunzip(bytes, limit: AggregateReport.maximumSize) else { throw .malformed }
      return xml
    }
    guard bytes.starts(with: [0x50, 0x4B]) else { return nil }
    guard let file = ZipFile(bytes), let member = file.members.first else { throw .malformed }
    let data = Array(bytes[member.data])
    if !member.isDeflated { return data }
    guard let xml = Deflate.inflate(data, limit: AggregateReport.maximumSize) else { throw .malformed }
    return xml
  }

  /// The reports in the parts of a message.
  private static func attachments(_ message: [UInt8]) throws(ReportError) -> [ReceivedReport] {
    guard message.count <= AggregateReport.maximumSize else { throw .tooLarge }
    let structure = MIMEScanner.scan(message)
    if structure.parts.contains(where: { $0.type == "message" && $0.subtype == "feedback-report" }) {
      return [.failure(try FailureReport(message: message))]
    }
    var reports: [ReceivedReport] = []
    var fault: ReportError?
    for part in structure.parts where part.type != "multipart" {
      let body = part.encoding.decode(message[part.bodyRange].span, limit: AggregateReport.maximumSize)
      let isXML = part.subtype == "xml" || part.subtype.hasSuffix("+xml")
      guard isXML || body.starts(with: [0x1F, 0x8B]) || body.starts(with: [0x50, 0x4B, 3, 4]) else { continue }
      do throws(ReportError) {
        let xml = try unpacked(body) ?? body
        reports.append(.aggregate(try AggregateReport(xml: xml)))
      } catch {
        fault = error
      }
    }
    if reports.isEmpty { throw fault ?? .notAReport }
    return reports
  }
}

extension AggregateReport {
  /// The report as it is sent (RFC 7489 §7.2.1.1): gzip, with the name of its file. nil: no memory.
  package func packed(receiver: String) -> (name: String, bytes: [UInt8])? {
    Deflate.gzip(xml).map { (fileName(receiver: receiver) + ".gz", $0) }
  }
}
