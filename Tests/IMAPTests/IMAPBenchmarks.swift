import IMAP
import TestKit
import Testing

/// Figures for docs/performance.md (`make bench`).
@Suite(.serialized, .enabled(if: Benchmark.isAsked)) struct IMAPBenchmarks {
  /// Framed out of one stream and parsed: what clients say most.
  @Test func commands() {
    let dialogue = Array(
      """
      A001 UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)\r
      A002 UID STORE 4,7:9,120 +FLAGS.SILENT (\\Seen $Forwarded)\r
      A003 UID SEARCH UNDELETED SINCE 1-Feb-2026 FROM "amal"\r
      A004 NOOP\r
      A005 STATUS "INBOX" (MESSAGES UNSEEN UIDNEXT HIGHESTMODSEQ)\r
      A006 UID FETCH 17 (BODY.PEEK[HEADER.FIELDS (From To Cc Subject Date)] BODY.PEEK[1.2]<0.2048>)\r

      """.utf8)
    var parsed = 0
    let seconds = Benchmark.seconds(rounds: 20_000) {
      var framer = CommandFramer()
      dialogue.withUnsafeBytes { bytes in
        var at = 0
        while true {
          let frame = framer.next(UnsafeRawBufferPointer(rebasing: bytes[at...]))
          at += frame.consumed
          guard case .command(let octets) = frame.event else { break }
          if (try? TaggedCommand.parse(octets, ParserOptions())) != nil { parsed += 1 }
        }
      }
    }
    #expect(parsed == 22_000 * 6)
    Benchmark.say("IMAP command framed and parsed: \(Int(seconds / 6 * 1e9)) ns")
  }
}
