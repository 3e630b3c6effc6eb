import ServiceKit
import TestKit
import Testing

@Suite("SMTP over TCP: transcripts")
struct TranscriptTests {
  @Test(arguments: ["smtp", "submission", "lmtp"])
  func play(_ kind: String) async throws {
    for file in try TestResources.files(in: "transcripts/service/\(kind)") {
      let office = try await TestOffice.start()
      let port = kind == "smtp" ? office.smtpPort : kind == "lmtp" ? office.lmtpPort : office.submissionPort
      let transcript = Transcript(try TestResources.text(file))
      do { try await onThread { try transcript.play(port: port) } } catch { Issue.record("\(file): \(error)") }
      await office.stop()
    }
  }
}
