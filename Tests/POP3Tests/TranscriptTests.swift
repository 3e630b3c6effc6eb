import Mail
import POP3
import TestKit
import Testing

@Suite struct TranscriptTests {
  static let files = (try? TestResources.files(in: "transcripts/pop3")) ?? []

  @Test func thereAreTranscripts() { #expect(Self.files.count >= 10) }

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
    var settings = ServerSettings()
    var isTLS = false
    var service: FakeService?
    var later: [(inout FakeService) -> Void] = []
    for entry in transcript.entries {
      if case .setting(let words) = entry {
        if words.first == "removed" {
          #expect(service?.removed == words.dropFirst().compactMap { Int($0) }, "\(transcript.name)")
        } else if words.first == "nothing-removed" {
          #expect(service?.removed == nil, "\(transcript.name)")
        } else {
          apply(words, &settings, &isTLS, &later)
        }
        continue
      }
      if service == nil {
        service = FakeService(settings, isTLS: isTLS)
        for change in later { change(&service!) }
      }
      switch entry {
      case .setting, .message: break
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
    case "tls": isTLS = true
    case "plaintext": settings.allowsPlaintextLogIn = true
    case "apop": settings.apopTimestamp = rest
    case "greeting": settings.greeting = rest
    case "mechanisms": settings.capabilities.mechanisms = Array(words.dropFirst())
    case "implementation": settings.capabilities.implementation = rest
    case "expire":
      settings.capabilities.expire = .init(Int(words[1]).map { .days($0) } ?? .never, perUser: words.count > 2)
    case "delay": settings.capabilities.loginDelay = .init(seconds: Int(words[1])!, perUser: words.count > 2)
    case "errors": settings.limits.errors = Int(rest)!
    case "barelf": settings.toleratesBareLF = true
    case "user":
      later.append {
        $0.name = words[1]
        $0.password = words.dropFirst(2).joined(separator: " ")
      }
    case "secret": later.append { $0.secret = rest }
    case "challenges": later.append { $0.challenges[words[1]] = words.dropFirst(2).map { $0 == "-" ? "" : $0 } }
    case "refusal":
      let code = ResponseCode(rawValue: words[1])
      later.append { $0.refusal = .error(words.dropFirst(2).joined(separator: " "), code) }
    // Lines apart by |, ended with CRLF.
    case "message":
      let text = words.dropFirst(2).joined(separator: " ").split(separator: "|", omittingEmptySubsequences: false)
      later.append {
        $0.ids.append(words[1])
        $0.messages.append(Array(text.map { $0 + "\r\n" }.joined().utf8))
      }
    case "whole": break
    default: Issue.record("unknown setting \(words)")
    }
  }
}
