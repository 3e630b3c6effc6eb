/// Why a received report cannot be read.
public enum ReportError: Error, Hashable, Sendable {
  case tooLarge
  /// Not well-formed, or with a DTD, or nested too deeply.
  case malformed
  /// Well-formed, but no DMARC aggregate report.
  case notAReport
}

extension AggregateReport {
  /// The largest XML that is read, in bytes, uncompressed.
  public static let maximumSize = 64 << 20
  /// The most rows that are kept; further ones are passed over and noted in `errors`.
  public static let maximumRecords = 200_000

  /// Reads the XML of a report, uncompressed. Unknown elements are passed over, missing ones left empty: reporters differ.
  public init(xml: [UInt8]) throws(ReportError) {
    guard xml.count <= Self.maximumSize else { throw .tooLarge }
    self.init()
    var reader = XMLReader(xml)
    var path: [String] = []
    var state = ReadState()
    var isReport = false
    while true {
      let event: XMLReader.Event?
      do throws(XMLReader.Flaw) { event = try reader.next() } catch { throw .malformed }
      guard let event else { break }
      switch event {
      case .start(let name):
        path.append(String(decoding: name, as: UTF8.self))
        if path == ["feedback"] { isReport = true }
        if path == ["feedback", "record"] { state = ReadState() }
      case .end(_, let text):
        if path.first == "feedback" { take(path.dropFirst(), text, &state) }
        path.removeLast()
      }
    }
    guard isReport else { throw .notAReport }
  }

  /// What is read of one record so far.
  private struct ReadState {
    var row = Row()
    var count = 0
    var override = Override(type: "")
    var dkim = DKIM()
    var spf = SPF()
  }

  private mutating func take(_ path: ArraySlice<String>, _ text: [UInt8], _ state: inout ReadState) {
    let text = String(decoding: text, as: UTF8.self)
    switch path.first {
    case "version" where path.count == 1: version = text
    case "report_metadata": takeMetadata(path.dropFirst().joined(separator: "/"), text)
    case "policy_published": takePolicy(path.dropFirst().joined(separator: "/"), text)
    case "record":
      if path.count == 1 {
        add(state)
      } else {
        Self.takeRecord(path.dropFirst().joined(separator: "/"), text, &state)
      }
    default: break
    }
  }

  private mutating func add(_ state: ReadState) {
    if records.count < Self.maximumRecords {
      records.append(Record(state.row, count: state.count))
    } else if errors.last != Self.cut {
      errors.append(Self.cut)
    }
  }

  private static let cut = "(the report has more rows than are read)"

  private mutating func takeMetadata(_ path: String, _ text: String) {
    switch path {
    case "org_name": organization = text
    case "email": email = text
    case "extra_contact_info": contact = text
    case "report_id": reportID = text
    case "date_range/begin": begin = Int64(text) ?? 0
    case "date_range/end": end = Int64(text) ?? 0
    case "error": if errors.count < 100 { errors.append(text) }
    case "generator": generator = text
    default: break
    }
  }

  private mutating func takePolicy(_ path: String, _ text: String) {
    switch path {
    case "domain": policy.domain = text
    case "p": policy.policy = DMARCPolicy(rawValue: text.lowercased())
    case "sp": policy.subdomainPolicy = DMARCPolicy(rawValue: text.lowercased())
    case "np": policy.nonexistentPolicy = DMARCPolicy(rawValue: text.lowercased())
    case "adkim": policy.dkimAlignment = DMARCAlignment(rawValue: text.lowercased())
    case "aspf": policy.spfAlignment = DMARCAlignment(rawValue: text.lowercased())
    case "pct": policy.percent = Int(text)
    case "fo": policy.failureOptions = text
    case "testing": policy.isTesting = text.lowercased() == "y"
    case "discovery_method": policy.method = DMARCDiscoveryMethod(rawValue: text.lowercased())
    default: break
    }
  }

  private static func takeRecord(_ path: String, _ text: String, _ state: inout ReadState) {
    switch path {
    case "row/source_ip": state.row.sourceIP = text
    case "row/count": state.count = max(0, Int(text) ?? 0)
    case "row/policy_evaluated/disposition": state.row.disposition = text.lowercased()
    case "row/policy_evaluated/dkim": state.row.dkimAligned = text.lowercased()
    case "row/policy_evaluated/spf": state.row.spfAligned = text.lowercased()
    case "row/policy_evaluated/reason/type": state.override.type = text.lowercased()
    case "row/policy_evaluated/reason/comment": state.override.comment = text
    case "row/policy_evaluated/reason":
      if state.row.overrides.count < 100 { state.row.overrides.append(state.override) }
      state.override = Override(type: "")
    case "identifiers/header_from": state.row.headerFrom = text
    case "identifiers/envelope_from": state.row.envelopeFrom = text
    case "identifiers/envelope_to": state.row.envelopeTo = text
    default: takeResult(path, text, &state)
    }
  }

  private static func takeResult(_ path: String, _ text: String, _ state: inout ReadState) {
    switch path {
    case "auth_results/dkim/domain": state.dkim.domain = text
    case "auth_results/dkim/selector": state.dkim.selector = text
    case "auth_results/dkim/result": state.dkim.result = text.lowercased()
    case "auth_results/dkim/human_result": state.dkim.humanResult = text
    case "auth_results/dkim":
      if state.row.dkim.count < 100 { state.row.dkim.append(state.dkim) }
      state.dkim = DKIM()
    case "auth_results/spf/domain": state.spf.domain = text
    case "auth_results/spf/scope": state.spf.scope = text.lowercased()
    case "auth_results/spf/result": state.spf.result = text.lowercased()
    case "auth_results/spf/human_result": state.spf.humanResult = text
    case "auth_results/spf":
      if state.row.spf.count < 100 { state.row.spf.append(state.spf) }
      state.spf = SPF()
    default: break
    }
  }
}
