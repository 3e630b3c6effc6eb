extension CommandFramer {
  /// A line, line end included, has been gathered: is the command complete, or does a literal follow?
  mutating func lineComplete() -> Event? {
    let end = contentEnd
    if isLineMode, append == nil {
      let line = Array(buffer[..<end])
      reset()
      return .line(line)
    }
    let header = LiteralHeader(endOf: buffer[lineStart..<end])
    if let start = append { return appendLineComplete(start, header, end) }
    guard let header else {
      var command = buffer
      command.removeLast(buffer.count - end)
      reset()
      return .command(command)
    }
    if CommandReader.isAppend(buffer) {
      switch CommandReader.appendReading(Array(buffer[..<end]), options) {
      case .message(let start): return announce(start)
      case .argument: break
      case .broken(let error): return refuse(header, error)
      }
    }
    return announce(header)
  }

  /// Where the buffer's last line ends without CRLF. A bare LF is taken for CRLF: people type, and IMAP has no use for
  /// it inside of a line.
  private var contentEnd: Int {
    var end = buffer.count - 1
    if end > lineStart, buffer[end - 1] == OctetClass.carriageReturn { end -= 1 }
    return end
  }

  /// The line after a message: the end of the command, or the announcement of one more.
  private mutating func appendLineComplete(_ start: AppendStart, _ header: LiteralHeader?, _ end: Int) -> Event? {
    let rest = Array(buffer[..<end])
    guard let header else {
      // RFC 6855 §4: `UTF8 (` literal `)`.
      let closing: [UInt8] = start.isUTF8 ? [OctetClass.close] : []
      reset()
      if rest == closing { return .appendEnd(start) }
      return .refused(Refusal(tag: start.tag, text: "Unexpected text after the message", closes: false))
    }
    switch CommandReader.nextAppendReading(rest, after: start, options) {
    case .message(let next): return announce(next)
    case .argument: return refuse(header, text: "Expected a message")
    case .broken(let error): return refuse(header, error)
    }
  }

  /// A message is announced: its limits are checked here, the rest is for the caller.
  private mutating func announce(_ start: AppendStart) -> Event? {
    append = start
    let header = LiteralHeader(endOf: buffer[lineStart..<contentEnd])
    // RFC 9051 §3: a command in the wrong state.
    if options.limits.message == 0 { return refuse(header, text: "Log in first") }
    // RFC 4469 §4, RFC 7889 §4: NO with TOOBIG. RFC 7888 §5: BAD with TOOBIG, for APPEND as well.
    if start.size > options.limits.message { return refuse(header, .no, code: .tooBig, text: "Message is too big") }
    if !start.isSynchronizing, start.size > options.limits.nonSynchronizingLiteral {
      return refuse(header, code: .tooBig, text: "Message needs a synchronizing literal")
    }
    buffer = []
    lineStart = 0
    state = .decision(start)
    return .message(start)
  }

  /// An argument's literal is announced.
  private mutating func announce(_ header: LiteralHeader) -> Event? {
    let limits = options.limits
    // RFC 5464 §4.3: MUST be NO with the size that is possible.
    if header.size > limits.literal, CommandReader.isSetMetadata(buffer) {
      return refuse(header, .no, code: .metadataMaximumSize(UInt64(limits.literal)), text: "An entry is too long")
    }
    guard header.size <= limits.literal, buffer.count + header.size <= limits.command,
      header.isSynchronizing || header.size <= limits.nonSynchronizingLiteral
    else { return refuse(header, code: .tooBig, text: "Literal is too big") }
    guard TaggedCommand.tag(of: buffer) != nil else { return refuse(header, text: "Expected a tag") }
    state = .literal(remaining: header.size)
    return header.isSynchronizing ? .continuation : nil
  }

  private mutating func refuse(_ header: LiteralHeader, _ error: SyntaxError) -> Event {
    refuse(header, error.condition, code: error.code, text: error.text)
  }

  /// Refuses the command whose line just ended with a literal's announcement.
  private mutating func refuse(
    _ header: LiteralHeader?, _ condition: CommandError.Condition = .bad, code: ResponseCode? = nil, text: String
  ) -> Event {
    let tag = append?.tag ?? TaggedCommand.tag(of: buffer)
    reset()
    discarded = 0
    if let header, !header.isSynchronizing {
      // RFC 7888 §4: read and thrown away while that is bearable, else BYE.
      guard header.size <= options.limits.discard else { return close(tag, code, text) }
      state = .discardLiteral(remaining: header.size)
    }
    return .refused(Refusal(tag: tag, condition: condition, code: code, text: text))
  }

  private mutating func close(_ tag: String?, _ code: ResponseCode?, _ text: String) -> Event {
    reset()
    state = .closed
    return .refused(Refusal(tag: tag, code: code, text: text, closes: true))
  }

  /// The line is too long: answered at once, its rest thrown away.
  mutating func refuseLine(_ text: String) -> Event {
    let tag = append?.tag ?? TaggedCommand.tag(of: buffer)
    let last = Array(buffer.suffix(Self.tailLength))
    reset()
    if isLineMode { return close(nil, nil, text) }
    tail = last
    discarded = 0
    state = .discardLine
    return .refused(Refusal(tag: tag, code: .limit, text: text, closes: false))
  }

  private static let tailLength = 32

  mutating func discardLine(_ input: UnsafeRawBufferPointer, _ at: inout Int) -> Event? {
    let start = at
    while at < input.count, input[at] != OctetClass.lineFeed { at += 1 }
    let isComplete = at < input.count
    keepTail(UnsafeRawBufferPointer(rebasing: input[max(start, at - Self.tailLength)..<at]))
    if isComplete { at += 1 }
    discarded += at - start
    if discarded > options.limits.discard { return close(nil, .limit, "Too much to throw away") }
    guard isComplete else { return nil }
    if tail.last == OctetClass.carriageReturn { tail.removeLast() }
    // A non-synchronizing literal of the refused command is on its way, and the command goes on after it. A synchronizing
    // one never comes: the tagged answer ended the command.
    let header = LiteralHeader(endOf: tail[...])
    tail = []
    guard let header, !header.isSynchronizing else {
      state = .line
      return nil
    }
    guard header.size <= options.limits.discard - discarded else { return close(nil, .tooBig, "Literal is too big") }
    state = .discardLiteral(remaining: header.size)
    return nil
  }

  private mutating func keepTail(_ octets: UnsafeRawBufferPointer) {
    tail.append(contentsOf: octets)
    if tail.count > Self.tailLength { tail.removeFirst(tail.count - Self.tailLength) }
  }

  mutating func discardLiteral(_ remaining: Int, _ input: UnsafeRawBufferPointer, _ at: inout Int) -> Event? {
    let count = min(remaining, input.count - at)
    at += count
    discarded += count
    if count == remaining {
      tail = []
      state = .discardLine
    } else {
      state = .discardLiteral(remaining: remaining - count)
    }
    return nil
  }
}
