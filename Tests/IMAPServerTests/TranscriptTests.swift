import ServiceKit
import TestKit
import Testing

@Suite("IMAP over TCP: transcripts")
struct TranscriptTests {
  @Test func play() async throws {
    for file in try TestResources.files(in: "transcripts/service/imap") {
      let office = try await TestOffice.start()
      let port = office.imapPort
      let transcript = Transcript(try TestResources.text(file))
      do { try await onThread { try transcript.play(port: port) } } catch { Issue.record("\(file): \(error)") }
      await office.stop()
    }
  }
}
