import IMAP
import Testing

@Suite struct CommandFramerTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var input: String
    var log: [String]
    var accepts = true
    var testDescription: String { String(input.prefix(60)) }
  }

  static let rows: [Row] = [
    Row(input: "a NOOP\r\n", log: ["C a NOOP"]),
    Row(input: "a NOOP\nb NOOP\r\n", log: ["C a NOOP", "C b NOOP"]),
    Row(input: "\r\n", log: ["C "]),
    Row(input: "a LOGIN {3}\r\nfoo {3}\r\nbar\r\n", log: ["+", "+", "C a LOGIN {3}\r\nfoo {3}\r\nbar"]),
    Row(
      input: "a LOGIN {3+}\r\nfoo {3-}\r\nbar\r\nb NOOP\r\n", log: ["C a LOGIN {3+}\r\nfoo {3-}\r\nbar", "C b NOOP"]),
    Row(input: "a LOGIN {0+}\r\n \"\"\r\n", log: ["C a LOGIN {0+}\r\n \"\""]),
    // No literal: inside of quotes, after a quote, in an atom.
    Row(input: "a SUBSCRIBE \"x {3}\"\r\n", log: ["C a SUBSCRIBE \"x {3}\""]),
    Row(input: "a SUBSCRIBE \"x {3}\r\nb NOOP\r\n", log: ["C a SUBSCRIBE \"x {3}", "C b NOOP"]),
    Row(input: "a SUBSCRIBE x{3}\r\nb NOOP\r\n", log: ["C a SUBSCRIBE x{3}", "C b NOOP"]),
    Row(input: "a SUBSCRIBE {}\r\nb NOOP\r\n", log: ["C a SUBSCRIBE {}", "C b NOOP"]),
    // A literal may look like a command or a literal.
    Row(input: "a LOGIN {8+}\r\nb {9}\r\nx y\r\n", log: ["C a LOGIN {8+}\r\nb {9}\r\nx y"]),
    // APPEND
    Row(input: "a APPEND INBOX {5}\r\nhello\r\nb NOOP\r\n", log: ["M INBOX 5", "D hello", "E", "C b NOOP"]),
    Row(input: "a append inbox (\\Seen) {5+}\r\nhello\r\n", log: ["M INBOX 5+", "D hello", "E"]),
    Row(input: "a APPEND {5}\r\nINBOX ~{5+}\r\nhello\r\n", log: ["+", "M INBOX 5+~", "D hello", "E"]),
    Row(
      input: "a APPEND x {1+}\r\n1 (\\Seen) \" 7-Feb-1994 22:43:04 -0800\" {2}\r\n22\r\n",
      log: ["M x 1+", "D 1", "M x 2", "D 22", "E"]),
    Row(input: "a APPEND x UTF8 (~{3+}\r\nabc)\r\n", log: ["M x 3+~", "D abc", "E"]),
    Row(
      input: "a APPEND x UTF8 (~{3+}\r\nabc\r\n", log: ["M x 3+~", "D abc", "R a Unexpected text after the message"]),
    Row(input: "a APPEND x {0+}\r\n\r\n", log: ["M x 0+", "D ", "E"]),
    Row(
      input: "a APPEND x {3+}\r\nabc junk\r\nb NOOP\r\n",
      log: ["M x 3+", "D abc", "R a Unexpected text after the message", "C b NOOP"]),
    Row(
      input: "a APPEND x CATENATE (URL \"/y\" TEXT {3}\r\nabc)\r\n",
      log: ["+", "C a APPEND x CATENATE (URL \"/y\" TEXT {3}\r\nabc)"]),
    Row(input: "a REPLACE 4 Drafts {2+}\r\nhi\r\n", log: ["M Drafts 2+", "D hi", "E"]),
    Row(
      input: "a UID REPLACE 4 Drafts {2+}\r\nhi {3+}\r\nabc\r\nb NOOP\r\n",
      log: ["M Drafts 2+", "D hi", "R a REPLACE takes one message", "C b NOOP"]),
    // Bad APPEND: no continuation is sent.
    Row(input: "a APPEND x (\\Seen {3}\r\nb NOOP\r\n", log: ["R a Expected a flag", "C b NOOP"]),
    Row(input: "a APPEND x (bad {3+}\r\nabc\r\nb NOOP\r\n", log: ["R a Expected a flag", "C b NOOP"]),
    // Refused by the session.
    Row(input: "a APPEND x {3}\r\nb NOOP\r\n", log: ["M x 3", "C b NOOP"], accepts: false),
    Row(
      input: "a APPEND x {3+}\r\nabc (\\Seen) {4+}\r\nabcd\r\nb NOOP\r\n", log: ["M x 3+", "C b NOOP"], accepts: false),
    Row(input: "a APPEND x {3+}\r\nabc (\\Seen) {4}\r\nb NOOP\r\n", log: ["M x 3+", "C b NOOP"], accepts: false),
    // Over the limits of 64 bytes a line, 20 a literal, 12 a non-synchronizing one, 30 a message.
    Row(input: "a LOGIN {21}\r\nb NOOP\r\n", log: ["R a Literal is too big", "C b NOOP"]),
    Row(input: "a LOGIN {13+}\r\n0123456789012 x\r\nb NOOP\r\n", log: ["R a Literal is too big", "C b NOOP"]),
    Row(input: "a APPEND x {31}\r\nb NOOP\r\n", log: ["R a Message is too big", "C b NOOP"]),
    Row(
      input: "a APPEND x {13+}\r\n0123456789012\r\nb NOOP\r\n",
      log: ["R a Message needs a synchronizing literal", "C b NOOP"]),
    Row(input: "a LOGIN {999+}\r\n", log: ["BYE Literal is too big"]),
    Row(
      input: "a " + String(repeating: "x", count: 63) + "\r\nb NOOP\r\n",
      log: ["R a Command line too long", "C b NOOP"]),
    Row(
      input: "a " + String(repeating: "x", count: 80) + " {5+}\r\nhello yy\r\nb NOOP\r\n",
      log: ["R a Command line too long", "C b NOOP"]),
    Row(input: "{3}\r\nb NOOP\r\n", log: ["R * Expected a tag", "C b NOOP"]),
  ]

  static var limits: Limits {
    var limits = Limits()
    (limits.line, limits.literal, limits.nonSynchronizingLiteral, limits.message) = (64, 20, 12, 30)
    limits.discard = 500
    return limits
  }

  @Test(arguments: rows) func whole(_ row: Row) {
    var driver = FramerDriver(limits: Self.limits)
    driver.accepts = row.accepts
    driver.feed(row.input)
    #expect(driver.log == row.log)
    #expect(driver.isClosed || driver.framer.isBetweenCommands)
  }

  @Test(arguments: rows) func drips(_ row: Row) {
    for piece in [1, 2, 3, 7] {
      var driver = FramerDriver(limits: Self.limits)
      driver.accepts = row.accepts
      driver.feed(row.input, piece: piece)
      #expect(driver.log == row.log, "in pieces of \(piece)")
    }
    // Split once at every byte.
    let bytes = Array(row.input.utf8)
    for split in 0...bytes.count {
      var driver = FramerDriver(limits: Self.limits)
      driver.accepts = row.accepts
      driver.feed(Array(bytes[..<split]))
      driver.feed(Array(bytes[split...]))
      #expect(driver.log == row.log, "split at \(split)")
    }
  }

  @Test func lineMode() {
    for piece in [1, 100] {
      var driver = FramerDriver(isLineMode: true)
      driver.feed("DONE\r\ndGVzdA== {3}\r\n\r\n", piece: piece)
      #expect(driver.log == ["L DONE", "L dGVzdA== {3}", "L "])
    }
  }

  @Test func abandonedMessage() {
    var framer = CommandFramer()
    let input = Array("a APPEND x {5+}\r\nhello (\\Seen) {3+}\r\nabc\r\nb NOOP\r\n".utf8)
    var rest = input[...]
    var events: [CommandFramer.Event] = []
    while true {
      // The message comes in pieces of two.
      let frame = Array(rest.prefix(19)).withUnsafeBytes { framer.next($0) }
      rest = rest.dropFirst(frame.consumed)
      events.append(frame.event)
      if case .message = frame.event { framer.accept() }
      if case .messageData = frame.event { framer.abandonMessage() }
      if frame.event == .needMore, rest.isEmpty { break }
    }
    #expect(events.contains(.command(Array("b NOOP".utf8))))
  }

  @Test func endlessLineIsBounded() {
    // 10 MB in one line: answered once, memory stays small, and the session goes on.
    var driver = FramerDriver()
    driver.feed("a SEARCH ")
    let piece = [UInt8](repeating: 0x78, count: 65_536)
    for _ in 0..<160 { driver.feed(piece) }
    driver.feed("\r\nb NOOP\r\n")
    #expect(driver.log == ["R a Command line too long", "C b NOOP"])
  }

  @Test func endlessLineEnds() {
    var limits = Limits()
    limits.discard = 1 << 20
    var driver = FramerDriver(limits: limits)
    let piece = [UInt8](repeating: 0x78, count: 65_536)
    for _ in 0..<40 where !driver.isClosed { driver.feed(piece) }
    #expect(driver.log == ["R * Command line too long", "BYE Too much to throw away"])
  }

  @Test func refusalsOfMessages() {
    // The condition and code of each: NO for a message over the limit, BAD for one that must not come unasked.
    let rows: [(String, CommandError.Condition, ResponseCode?)] = [
      ("a APPEND x {31}\r\n", .no, .tooBig), ("a APPEND x {31+}\r\n", .no, .tooBig),
      ("a APPEND x {13+}\r\n", .bad, .tooBig),
      ("a APPEND &x {3}\r\n", .no, .cannot), ("a APPEND x foo {3}\r\n", .bad, nil), ("a LOGIN {21}\r\n", .bad, .tooBig),
    ]
    for (text, condition, code) in rows {
      var framer = CommandFramer(options: ParserOptions(limits: Self.limits))
      let frame = Array(text.utf8).withUnsafeBytes { framer.next($0) }
      guard case .refused(let refusal) = frame.event else { return #expect(Bool(false), "\(text)") }
      #expect(refusal.condition == condition && refusal.code == code, "\(text)")
    }
  }

  @Test func literalsThatLie() {
    for size in ["99999999999999999999", "9223372036854775807", "999999999999999999"] {
      var driver = FramerDriver()
      driver.feed("a LOGIN {\(size)}\r\nb NOOP\r\n")
      #expect(driver.log.last == "C b NOOP")
      driver = FramerDriver()
      driver.feed("a APPEND x {\(size)}\r\nb NOOP\r\n")
      #expect(driver.log.last == "C b NOOP")
    }
    var driver = FramerDriver()
    driver.feed("a LOGIN {999999999999999999+}\r\nb NOOP\r\n")
    #expect(driver.log == ["BYE Literal is too big"])
  }

  @Test func manyLiteralsAreBounded() {
    // Each below the limit, together above that of a command.
    var limits = Limits()
    limits.command = 1_000
    var driver = FramerDriver(limits: limits)
    driver.feed("a SEARCH")
    for _ in 0..<20 { driver.feed(" {100+}\r\n" + String(repeating: "x", count: 100)) }
    driver.feed("\r\nb NOOP\r\n")
    #expect(driver.log == ["R a Literal is too big", "C b NOOP"])
  }
}
