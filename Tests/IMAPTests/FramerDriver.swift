import IMAP

/// Runs a framer over bytes in pieces and writes down what it says, one word or line an event.
struct FramerDriver {
  var framer: CommandFramer
  /// What came: "C bytes", "L line", "+", "M mailbox size", "D octets", "E", "R tag text", "BYE text".
  var log: [String] = []
  /// Whether announced messages are let in.
  var accepts = true
  /// The octets of the messages so far.
  var message: [UInt8] = []
  var isClosed = false

  init(limits: Limits = Limits(), isLineMode: Bool = false) {
    framer = CommandFramer(options: ParserOptions(limits: limits))
    framer.isLineMode = isLineMode
  }

  /// Feeds bytes, offering at most `piece` new ones at a time; what was not consumed is offered again.
  mutating func feed(_ bytes: [UInt8], piece: Int = .max) {
    var pending: [UInt8] = []
    var rest = bytes[...]
    repeat {
      let count = min(piece, rest.count)
      pending += rest.prefix(count)
      rest = rest.dropFirst(count)
      drain(&pending)
    } while !rest.isEmpty && !isClosed
  }

  mutating func feed(_ text: String, piece: Int = .max) { feed(Array(text.utf8), piece: piece) }

  private mutating func drain(_ pending: inout [UInt8]) {
    while !isClosed {
      let frame = pending.withUnsafeBytes { framer.next($0) }
      let input = pending
      pending.removeFirst(frame.consumed)
      if frame.event == .needMore { return }
      note(frame.event, input)
    }
  }

  private mutating func note(_ event: CommandFramer.Event, _ input: [UInt8]) {
    switch event {
    case .needMore: break
    case .command(let bytes): log.append("C " + String(decoding: bytes, as: UTF8.self))
    case .line(let bytes): log.append("L " + String(decoding: bytes, as: UTF8.self))
    case .continuation: log.append("+")
    case .message(let start):
      log.append("M \(start.mailbox) \(start.size)\(start.isSynchronizing ? "" : "+")\(start.isBinary ? "~" : "")")
      if accepts { framer.accept() } else { framer.refuse() }
    case .messageData(let range, let isLast):
      message += input[range]
      if isLast {
        log.append("D " + String(decoding: message, as: UTF8.self))
        message = []
      }
    case .appendEnd: log.append("E")
    case .refused(let refusal):
      log.append(refusal.closes ? "BYE \(refusal.text)" : "R \(refusal.tag ?? "*") \(refusal.text)")
      isClosed = refusal.closes
    }
  }
}
