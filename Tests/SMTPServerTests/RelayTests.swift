import SMTP
import SMTPServer
import ServiceKit
import Testing

/// Forms of address that open relays have let through.
@Suite("Open relay forms over TCP")
struct RelayTests {
  /// The forward-path and whether it is for a mailbox here; nil: a way to write our own domain, which may be taken for it (UTS 46).
  static let paths: [(String, Bool?)] = [
    ("<victim@elsewhere.example>", false),
    // Percent hack, bang paths, source routes.
    ("<victim%elsewhere.example@example.test>", false),
    ("<victim%elsewhere.example>", false),
    ("<victim%elsewhere.example@[127.0.0.1]>", false),
    ("<victim%elsewhere.example%example.test@example.test>", false),
    ("<user%example.test@elsewhere.example>", false),
    ("<example.test!user>", false),
    ("<@[127.0.0.1]:victim@elsewhere.example>", false),
    ("<@localhost:victim@elsewhere.example>", false),
    ("<elsewhere.example!victim@[127.0.0.1]>", false),
    ("<victim(comment)@elsewhere.example>", false),
    ("<\"victim\"@elsewhere.example@example.test>", false),
    ("<\"elsewhere.example!victim\"@example.test>", false),
    ("<victim@elsewhere.example;user@example.test>", false),
    ("<victim@elsewhere.example\t@example.test>", false),
    ("<elsewhere.example!victim@example.test>", false),
    ("<elsewhere.example!victim>", false),
    ("<user@example.test@elsewhere.example>", false),
    ("<@example.test:victim@elsewhere.example>", false),
    ("<@example.test,@elsewhere.example:victim@elsewhere.example>", false),
    ("<@elsewhere.example:user@example.test>", true),
    // Quoted local parts.
    ("<\"victim@elsewhere.example\"@example.test>", false),
    ("<\"victim%elsewhere.example\"@example.test>", false),
    ("<\"victim@elsewhere.example\">", false),
    ("<\"user\"@example.test>", true),
    ("<\"user@example.test\"@elsewhere.example>", false),
    // Literals and names that only look like ours.
    ("<victim@[127.0.0.1]>", false),
    ("<user@[127.0.0.1]>", false),
    ("<user@[IPv6:::1]>", false),
    ("<victim@localhost>", false),
    ("<user@sub.example.test>", false),
    ("<user@example.test.elsewhere.example>", false),
    ("<user@xexample.test>", false),
    ("<user@example.test.>", false),
    ("<user@.example.test>", false),
    ("<user@mail.example.test>", false),
    ("<user@test>", false),
    ("<user@EXAMPLE.TEST.>", false),
    ("<user@0x7f.1>", false),
    ("<user@2130706433>", false),
    ("<user@[IPv6:::ffff:127.0.0.1]>", false),
    ("<user@>", false),
    ("<user>", false),
    ("<>", false),
    ("<victim@elsewhere.example,user@example.test>", false),
    ("<user@example.test> <victim@elsewhere.example>", false),
    ("<user@example.test\u{0}@elsewhere.example>", false),
    ("user@example.test", false),
    // Case and Unicode.
    ("<USER@EXAMPLE.TEST>", true),
    ("<User+anything@Example.Test>", true),
    ("<user@ｅxample.test>", nil),
    ("<user@exаmple.test>", false),
    ("<user@example。test>", nil),
    ("<user@ex\u{AD}ample.test>", nil),
    ("<uſer@example.test>", false),
    ("<user@xn--example-.test>", false),
    ("<user@ex\u{200D}ample.test>", false),
    ("<user\u{200B}@example.test>", false),
    ("<abuse@example.test>", true),
    ("<ABUSE@Example.Test>", true),
    ("<Postmaster>", true),
    ("<postmaster@example.test>", true),
    ("<postmaster@elsewhere.example>", false),
  ]

  @Test(arguments: ["smtp", "lmtp", "submission", "logged in"])
  func onlyOurs(_ kind: String) async throws {
    let office = try await TestOffice.start(smtpSettings: { $0.limits.errors = 1_000 })
    let port =
      switch kind {
      case "smtp": office.smtpPort
      case "lmtp": office.lmtpPort
      default: office.submissionPort
      }
    try await onThread {
      let client = try LineClient(port: port)
      _ = try client.answer()
      _ = try client.ask(kind == "lmtp" ? "LHLO a.example" : "EHLO a.example")
      if kind == "submission" {
        // RFC 6409 §4.3: nothing at all without a log-in.
        #expect(try client.ask("MAIL FROM:<user@example.test>").hasPrefix("530 5.7.0"))
        #expect(try client.ask("RCPT TO:<user@example.test>").hasPrefix("530 5.7.0"))
        return
      }
      if kind == "logged in" {
        #expect(try client.ask("AUTH PLAIN AHVzZXJAZXhhbXBsZS50ZXN0AGNvcnJlY3QgaG9yc2U=").hasPrefix("235"))
      }
      for sender in kind == "logged in"
        ? ["<>", "<user@example.test>"] : ["<>", "<user@example.test>", "<a@b.example>"]
      {
        for (path, isOurs) in Self.paths {
          // Without SMTPUTF8 what is not ASCII is refused for itself.
          for parameter in ["", " SMTPUTF8"] {
            #expect(try client.ask("MAIL FROM:\(sender)\(parameter)").hasPrefix("250"))
            let answer = try client.ask("RCPT TO:\(path)")
            if let isOurs {
              #expect(answer.hasPrefix(isOurs ? "250 2.1.5" : "5"), "\(sender) \(path)\(parameter): \(answer)")
            } else if parameter.isEmpty {
              #expect(answer.hasPrefix("553 5.6.7"), "\(path): \(answer)")
            }
            #expect(try client.ask("RSET").hasPrefix("250"))
          }
        }
      }
    }
    await office.stop()
  }
}
