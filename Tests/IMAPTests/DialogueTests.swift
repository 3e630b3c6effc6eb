import IMAP
import TestKit
import Testing

/// Every `C:` line of the RFCs' IMAP dialogues is parsed, or listed here with the reason.
@Suite struct DialogueTests {
  /// A file, the beginning of a line, and why it is no command or is refused.
  static let exceptions: [(file: String, prefix: String, reason: String)] = [
    ("rfc2195", "dGlt", "a SASL response: line mode"),
    ("rfc4505", "c2ly", "a SASL response: line mode"),
    ("rfc4959", "dGVz", "a SASL response: line mode"),
    ("rfc4959", "", "an empty SASL response: line mode"),
    ("rfc5092", "c2hl", "a SASL response: line mode"),
    ("rfc7628", "AQ==", "a SASL response: line mode"),
    ("rfc7628", "*", "a SASL exchange cancelled: line mode"),
    ("rfc7628", "EHLO", "SMTP"),
    ("rfc7628", "t1 AUTH OAUTH", "SMTP, with a tag by mistake"),
    ("rfc9051", "DONE", "the end of IDLE: line mode"),
    ("rfc9051", "YIIB", "a SASL response: line mode"), ("rfc9051", "YDMG", "a SASL response: line mode"),
    ("rfc9051", "dGVz", "a SASL response: line mode"), ("rfc9051", "Yz1i", "a SASL response: line mode"),
    ("rfc9051", "", "an empty SASL response: line mode"),
    ("rfc9051", "A442 XPIG-LATIN", "the example of an unknown command"),
    ("rfc9051", "A044 BLURDYBLOOP", "the example of an unknown command"),
    ("rfc9051", "...", "a remark"),
    ("rfc2683", "...invalidates", "a remark"),
    ("rfc2683", "001 FETCH 1 UID", "items without parentheses: what the RFC shows is against every grammar"),
    ("rfc2683", "002 FETCH 2 UID", "the same"),
    ("rfc3502", "", "the message of a command whose first line the set leaves out"),
    ("rfc3502", "Date:", "the same"), ("rfc3502", "From:", "the same"), ("rfc3502", "Subject:", "the same"),
    ("rfc3502", "To:", "the same"), ("rfc3502", "Message-Id:", "the same"), ("rfc3502", "MIME-Version:", "the same"),
    ("rfc3502", "Content-Type:", "the same"), ("rfc3502", "Hello", "the same"), ("rfc3502", "(", "the same"),
    ("rfc3502", "3:30", "the same"),
    ("rfc5257", "a", "ANNOTATE was an experiment that no client uses"),
    ("rfc5257", "", "an empty line of such a command"),
    ("rfc5259", "", "CONVERT: no server and no client has it"),
    ("rfc5267", "B01 SORT", "the RFC's own example leaves out the criteria and the charset"),
    ("rfc5267", "B02 UID SORT", "the same"),
    (
      "rfc5464", "a SETMETADATA INBOX (/private/comment {33}",
      "the dialogue does not print the literal and what follows"
    ),
    ("rfc5464", "a GETMETADATA \"INBOX\" /private/comment /shared", "entries without parentheses, against the ABNF"),
    ("rfc5524", "A001 URLFETCH  (", "two spaces, against the ABNF"),
    ("rfc5819", "A02 LIST (SUBSCRIBED RECURSIVEMATCH)\"\"", "no space after the options, against the ABNF"),
    ("rfc6237", "tag2 ESEARCH", "the RFC's own example leaves out the search keys"),
    ("rfc7377", "tag2 ESEARCH", "the same"),
  ]

  @Test func everyLine() throws {
    var parsed = 0
    var listed = 0
    var unexplained: [String] = []
    for file in try TestResources.files(in: "rfc-dialogues") where file.hasSuffix(".txt") {
      let name = String(file.split(separator: "/").last ?? "").replacing(".txt", with: "")
      for item in DialogueReader.items(try TestResources.text(file), file: name) {
        switch item {
        case .other(let line):
          if Self.isExplained(name, line.text) { listed += 1 } else { unexplained.append("no command: \(line.place)") }
        case .command(let bytes, let place, let lines):
          do throws(CommandError) {
            _ = try TaggedCommand.parse(bytes)
            parsed += lines
          } catch {
            let text = String(decoding: bytes, as: UTF8.self)
            if Self.isExplained(name, text) {
              listed += lines
            } else {
              unexplained.append("\(place): \(error.text) at \(error.offset) in \(text.prefix(300))")
            }
          }
        }
      }
    }
    #expect(unexplained.isEmpty, "\(unexplained.joined(separator: "\n"))")
    #expect(parsed > 600, "parsed \(parsed), listed \(listed)")
  }

  /// The same commands through the framer, a byte at a time: whole commands come out as they went in, and APPEND and
  /// REPLACE as their messages.
  @Test func everyCommandDrips() throws {
    var count = 0
    for file in try TestResources.files(in: "rfc-dialogues") where file.hasSuffix(".txt") {
      for case .command(let bytes, let place, _) in DialogueReader.items(try TestResources.text(file), file: file) {
        guard let command = try? TaggedCommand.parse(bytes).command else { continue }
        var driver = FramerDriver()
        driver.feed(bytes + [0x0D, 0x0A], piece: 1)
        count += 1
        var messages = 0
        switch command {
        case .append(let append):
          for message in append.messages { if case .catenate = message.content {} else { messages += 1 } }
        case .replace(let replace): if case .catenate = replace.message.content {} else { messages = 1 }
        default: break
        }
        if messages > 0 {
          #expect(driver.log.filter { $0.hasPrefix("D ") }.count == messages, "\(place)")
          #expect(driver.log.last == "E", "\(place)")
        } else {
          #expect(driver.log.last == "C " + String(decoding: bytes, as: UTF8.self), "\(place)")
        }
      }
    }
    #expect(count > 500, "\(count)")
  }

  static func isExplained(_ file: String, _ text: String) -> Bool {
    let text = text.drop { $0 == " " }
    return exceptions.contains { exception in
      guard exception.file == file else { return false }
      if exception.prefix.isEmpty { return text.isEmpty || text.contains("CONVER") }
      return text.hasPrefix(exception.prefix)
    }
  }
}
