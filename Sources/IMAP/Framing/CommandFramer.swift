/// Cuts a byte stream into commands, without a socket: whole commands, lines of a dialogue, or messages in pieces.
///
/// Feed it what has arrived, take off what it `consumed`, do what the event says, and call again until `needMore`.
/// Invariants: 1. a size is judged before the client is asked (`continuation`, `message`) for the octets; 2. memory is
/// at most `limits.command` and one line; 3. every octet is looked at a fixed number of times; 4. what was refused is
/// thrown away up to `limits.discard`, so the next event is a new command or the end of the connection.
public struct CommandFramer: Sendable {
  /// What to do next.
  public enum Event: Sendable, Equatable {
    /// Nothing more can be said before more octets come (or before `accept` or `refuse`).
    case needMore
    /// One whole command for `TaggedCommand.parse`: literals included, the last line end left out.
    case command([UInt8])
    /// One line in line mode (IDLE's DONE, a SASL response), its line end left out.
    case line([UInt8])
    /// A synchronizing literal is welcome: send `ResponseWriter.continuation()` and go on.
    case continuation
    /// The octets of a message are next: check, then call `accept` or `refuse`.
    case message(AppendStart)
    /// Octets of the message: these of the given input. The last piece may be empty.
    case messageData(Range<Int>, isLast: Bool)
    /// The command of the message or messages is complete: answer it.
    case appendEnd(AppendStart)
    /// Answer this; what was spooled of an APPEND is void.
    case refused(Refusal)
  }

  /// An answer that the framer gives itself.
  public struct Refusal: Sendable, Equatable {
    /// Nil: untagged, `* BAD` or `* BYE`.
    public var tag: String?
    public var condition: CommandError.Condition
    public var code: ResponseCode?
    public var text: String
    /// Send `* BYE` instead, and close: the stream cannot be followed any more.
    public var closes: Bool

    public init(
      tag: String?, condition: CommandError.Condition = .bad, code: ResponseCode? = nil, text: String,
      closes: Bool = false
    ) {
      self.tag = tag
      self.condition = condition
      self.code = code
      self.text = text
      self.closes = closes
    }
  }

  /// One step.
  public struct Frame: Sendable, Equatable {
    /// How many octets of the input are done with.
    public var consumed: Int
    public var event: Event
  }

  enum State: Sendable {
    /// Gathering a line of the command in `buffer`.
    case line
    /// Gathering an argument's literal in `buffer`.
    case literal(remaining: Int)
    /// Waiting for `accept` or `refuse`.
    case decision(AppendStart)
    /// Passing on a message.
    case message(AppendStart, remaining: Int)
    /// Throwing away the rest of a refused command, at a line or inside a literal.
    case discardLine
    case discardLiteral(remaining: Int)
    case closed
  }

  /// May be raised after log-in; holds from the next octet.
  public var options: ParserOptions
  /// True while the client's next line is no command: after IDLE, and during AUTHENTICATE.
  public var isLineMode = false

  var state = State.line
  /// The command so far; after a message, the line since it.
  var buffer: [UInt8] = []
  /// Where the current line starts in `buffer`.
  var lineStart = 0
  /// The message just passed on, while its command goes on.
  var append: AppendStart?
  /// The last octets of a line that is thrown away, to see a literal announced at its end.
  var tail: [UInt8] = []
  var discarded = 0

  public init(options: ParserOptions = ParserOptions()) { self.options = options }

  /// Whether nothing of a command has arrived: the moment to time out politely or to close.
  public var isBetweenCommands: Bool {
    if case .line = state { buffer.isEmpty && append == nil } else { false }
  }

  /// Reads on in `input`, which starts where the last frame's `consumed` ended.
  public mutating func next(_ input: UnsafeRawBufferPointer) -> Frame {
    var at = 0
    while true {
      if let event = step(input, &at) { return Frame(consumed: at, event: event) }
      if at >= input.count { return Frame(consumed: at, event: .needMore) }
    }
  }

  /// Lets the announced message come. When it `isSynchronizing`, send the continuation first.
  public mutating func accept() {
    guard case .decision(let start) = state else { return }
    state = .message(start, remaining: start.size)
  }

  /// Refuses the announced message, after its tagged NO or BAD was written. A non-synchronizing one is thrown away
  /// with the rest of its command.
  public mutating func refuse() {
    guard case .decision(let start) = state else { return }
    reset()
    discarded = 0
    state = start.isSynchronizing ? .line : .discardLiteral(remaining: start.size)
  }

  /// Gives up the command whose message is being passed on (the disk is full, say): its tagged NO was or will be written
  /// now, and the rest is thrown away.
  public mutating func abandonMessage() {
    guard case .message(_, let remaining) = state else { return }
    reset()
    discarded = 0
    state = .discardLiteral(remaining: remaining)
  }

  /// One step of the state machine; nil when the state changed without anything to say.
  private mutating func step(_ input: UnsafeRawBufferPointer, _ at: inout Int) -> Event? {
    switch state {
    case .line: return gatherLine(input, &at)
    case .literal(let remaining): return gatherLiteral(remaining, input, &at)
    case .decision, .closed: return .needMore
    case .message(let start, let remaining): return passMessage(start, remaining, input, &at)
    case .discardLine: return discardLine(input, &at)
    case .discardLiteral(let remaining): return discardLiteral(remaining, input, &at)
    }
  }

  private mutating func gatherLine(_ input: UnsafeRawBufferPointer, _ at: inout Int) -> Event? {
    let start = at
    let room = options.limits.line + 2 - (buffer.count - lineStart)
    let end = min(input.count, start + max(room, 0))
    while at < end, input[at] != OctetClass.lineFeed { at += 1 }
    let isComplete = at < end
    if isComplete { at += 1 }
    buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[start..<at]))
    if isComplete { return lineComplete() }
    guard buffer.count - lineStart >= options.limits.line + 2 else { return nil }
    return refuseLine("Command line too long")
  }

  private mutating func gatherLiteral(
    _ remaining: Int, _ input: UnsafeRawBufferPointer, _ at: inout Int
  ) -> Event? {
    let count = min(remaining, input.count - at)
    buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[at..<(at + count)]))
    at += count
    if count == remaining {
      lineStart = buffer.count
      state = .line
    } else {
      state = .literal(remaining: remaining - count)
    }
    return nil
  }

  private mutating func passMessage(
    _ start: AppendStart, _ remaining: Int, _ input: UnsafeRawBufferPointer, _ at: inout Int
  ) -> Event? {
    let count = min(remaining, input.count - at)
    guard count > 0 || remaining == 0 else { return nil }
    let piece = at..<(at + count)
    at += count
    if count == remaining {
      buffer = []
      lineStart = 0
      append = start
      state = .line
    } else {
      state = .message(start, remaining: remaining - count)
    }
    return .messageData(piece, isLast: count == remaining)
  }

  mutating func reset() {
    buffer = []
    lineStart = 0
    append = nil
    state = .line
  }
}
