import ServiceKit
import TestKit
import Testing

@Suite("POP3 over TCP: transcripts")
struct TranscriptTests {
  @Test func play() async throws {
    for file in try TestResources.files(in: "transcripts/service/pop3") {
      let office = try await TestOffice.start()
      let port = office.pop3Port
      let transcript = Transcript(try TestResources.text(file))
      do { try await onThread { try transcript.play(port: port) } } catch { Issue.record("\(file): \(error)") }
      await office.stop()
    }
  }
}
