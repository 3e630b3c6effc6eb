import Mail
import SMTP
import TestKit
import Testing

@Suite struct TranscriptTests {
  static let files = (try? TestResources.files(in: "transcripts/smtp")) ?? []

  @Test func thereAreTranscripts() { #expect(Self.files.count >= 15) }

  @Test(arguments: files) func whole(_ path: String) throws {
    try run(try MachineTranscript(path), pieces: Int.max)
  }

  /// Every transcript again, its input in pieces of one octet and of a few: the dialogue is the same.
  @Test(arguments: files, [1, 2, 3, 7]) func dripped(_ path: String, _ size: Int) throws {
    let transcript = try MachineTranscript(path)
    for case .setting(let words) in transcript.entries where words.first == "whole" { return }
    try run(transcript, pieces: size)
  }

  private func run(_ transcript: MachineTranscript, pieces: Int) throws {
    var settings = ServerSettings(role: .mx, hostName: "foo.com")
    var isTLS = false
    var service: FakeService?
    var later: [(inout FakeService) -> Void] = []
    for entry in transcript.entries {
      if case .setting(let words) = entry {
        apply(words, &settings, &isTLS, &later)
        continue
      }
      if service == nil {
        service = FakeService(settings, isTLS: isTLS)
        for change in later { change(&service!) }
      }
      switch entry {
      case .setting: break
      case .client(let bytes):
        #expect(service!.output.isEmpty, "\(transcript.name): \(String(decoding: service!.output, as: UTF8.self))")
        service!.output = []
        var at = 0
        while at < bytes.count {
          let end = min(bytes.count, at + min(pieces, bytes.count))
          service!.receive(Array(bytes[at..<end]))
          at = end
        }
      case .server(let wanted):
        let got = takeLine(&service!.output)
        #expect(
          got.map { MachineTranscript.matches(wanted, $0) } == true,
          "\(transcript.name): wanted \(wanted), got \(got ?? "nothing")")
      case .message(let wanted):
        let got = takeLine(&service!.message)
        #expect(got == wanted, "\(transcript.name)")
      }
    }
    #expect(service?.output.isEmpty == true, "\(transcript.name): more output")
  }

  private func takeLine(_ bytes: inout [UInt8]) -> String? {
    guard let lf = bytes.firstIndex(of: 10), lf > 0, bytes[lf - 1] == 13 else { return nil }
    defer { bytes.removeFirst(lf + 1) }
    return String(decoding: bytes[..<(lf - 1)], as: UTF8.self)
  }

  private func apply(
    _ words: [String], _ settings: inout ServerSettings, _ isTLS: inout Bool,
    _ later: inout [(inout FakeService) -> Void]
  ) {
    let rest = words.dropFirst().joined(separator: " ")
    switch words[0] {
    case "host": settings.hostName = rest
    case "submission":
      settings = ServerSettings(role: .submission, hostName: settings.hostName)
      settings.extensions.mechanisms = ["PLAIN", "LOGIN"]
    case "lmtp": settings = ServerSettings(role: .lmtp, hostName: settings.hostName)
    case "tls": isTLS = true
    case "mechanisms": settings.extensions.mechanisms = Array(words.dropFirst())
    case "noauth": settings.requiresAuthentication = false
    case "plaintext":
      settings.allowsPlaintextAuthentication = true
      settings.requiresTLS = false
    case "requiretls": settings.extensions.requireTLS = true
    case "priority": settings.extensions.priorityProfile = rest
    case "deliverby": settings.extensions.deliverBy = Int(rest)
    case "vrfy": settings.extensions.vrfy = true
    case "expn": settings.extensions.expn = true
    case "nohelp": settings.extensions.help = false
    case "barelf": settings.toleratesBareLF = true
    case "size": settings.limits.messageSize = Int(rest)!
    case "errors": settings.limits.errors = Int(rest)!
    case "recipients": settings.limits.recipients = Int(rest)!
    case "refuse": later.append { $0.refusals[words[1]] = reply(words.dropFirst(2)) }
    case "fate": later.append { $0.fates[words[1]] = reply(words.dropFirst(2)) }
    case "lookup": later.append { $0.lookups[words[1]] = reply(words.dropFirst(2)) }
    case "answer": later.append { $0.messageReply = reply(words.dropFirst()) }
    case "challenges":
      later.append { $0.challenges[words[1]] = words.dropFirst(2).map { $0 == "-" ? "" : $0 } }
    case "secret": later.append { $0.secret = rest }
    case "whole": break
    default: Issue.record("unknown setting \(words)")
    }
  }

  /// `code [status] text`, lines apart by `|`.
  private func reply(_ words: ArraySlice<String>) -> SMTPReply {
    let code = UInt16(words.first!)!
    let status = words.dropFirst().first.flatMap { EnhancedStatus($0) }
    let text = words.dropFirst(status == nil ? 1 : 2).joined(separator: " ")
    return SMTPReply(code, status, text.split(separator: "|").map(String.init))
  }
}
