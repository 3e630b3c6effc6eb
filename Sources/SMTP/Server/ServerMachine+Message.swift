/// DATA, BDAT and the end of a message.
extension ServerMachine {
  /// Why the message may not come now.
  private var messageObstacle: SMTPReply? {
    guard let transaction else { return .badSequence("Send MAIL first") }
    guard transaction.recipients.isEmpty else { return nil }
    // RFC 5321 §3.3: 503 or 554; RFC 2033 §4.2: 503 in LMTP.
    if settings.role == .lmtp || transaction.refusedRecipients == 0 { return .badSequence("Send RCPT first") }
    return .noValidRecipients
  }

  mutating func takeData(isLastInGroup: Bool) -> ServerStep {
    if let messageObstacle { return fail(messageObstacle) }
    // RFC 3030 §2, §3: not mixed with BDAT, not for BINARYMIME.
    if transaction?.isChunked == true { return fail(.badSequence("DATA after BDAT")) }
    if transaction?.isBroken == true { return fail(.resetNeeded) }
    if transaction?.isBinary == true { return fail(.badSequence("BINARYMIME needs BDAT")) }
    // RFC 2920 §3.1: DATA is last in its group. What came with it was sent before 354, and whether it is message or commands
    // nobody can know: taking it for either would let one be smuggled as the other.
    guard isLastInGroup else { return close(.badSequence("DATA must be the last command of a group")) }
    return ask(.message, .data)
  }

  mutating func takeChunk(size: Int, isLast: Bool) -> ServerStep {
    let chunk = MessageChunk(size: size, isFirst: transaction?.isChunked != true, isLast: isLast)
    guard settings.extensions.chunking else { return refuse(chunk, .notImplemented) }
    if let messageObstacle { return refuse(chunk, messageObstacle) }
    if transaction?.isBroken == true { return refuse(chunk, .resetNeeded) }
    let before = transaction?.chunkedOctets ?? 0
    let limit = settings.limits.messageSize
    if limit > 0, size > limit - before { return refuse(chunk, .messageTooLarge) }
    return chunk.isFirst ? ask(.message, .chunk(chunk)) : beginChunk(chunk)
  }

  mutating func beginChunk(_ chunk: MessageChunk) -> ServerStep {
    transaction?.isChunked = true
    transaction?.chunkedOctets += chunk.size
    phase = .readingChunk(chunk)
    return .readChunk(chunk)
  }

  mutating func refuse(_ chunk: MessageChunk, _ reply: SMTPReply) -> ServerStep {
    transaction?.isBroken = true
    // What nobody could want is not waited for.
    let limit = settings.limits.messageSize
    if limit > 0, chunk.size > 4 * limit { return close(reply) }
    guard chunk.size > 0 else { return failChunk(isLast: chunk.isLast, reply) }
    phase = .skippingChunk(remaining: chunk.size, isLast: chunk.isLast, reply)
    return .wait
  }

  /// Replies to a refused BDAT whose octets have passed by. RFC 2033 §4.3: in LMTP the last one has a reply for each accepted RCPT,
  /// and none where there was none.
  mutating func failChunk(isLast: Bool, _ reply: SMTPReply) -> ServerStep {
    guard settings.role == .lmtp, isLast else { return fail(reply) }
    errors += 1
    if errors > settings.limits.errors { return close(.tooManyErrors) }
    let count = transaction?.recipients.count ?? 0
    transaction = nil
    return count > 0 ? .replies(Array(repeating: reply, count: count)) : .wait
  }

  /// The octets of a chunk that is not the last were read.
  /// - Parameter failure: why they could not be kept; the client must RSET then. 421 closes.
  public mutating func finishChunk(_ failure: SMTPReply? = nil) -> ServerStep {
    guard case .readingChunk(let chunk) = phase else { return .wait }
    phase = .command
    guard let failure else { return .reply(.chunkAccepted(chunk.size)) }
    if failure.code == 421 { return close(failure) }
    transaction?.isBroken = true
    return failure.isPermanentFailure ? fail(failure) : .reply(failure)
  }

  /// The whole message was read and its fate is known. In LMTP the reply is given for every recipient.
  public mutating func finishMessage(_ reply: SMTPReply = .messageAccepted) -> ServerStep {
    if settings.role == .lmtp, reply.code != 421 {
      return finishMessage(perRecipient: Array(repeating: reply, count: transaction?.recipients.count ?? 1))
    }
    guard isReading else { return .wait }
    phase = .command
    transaction = nil
    if reply.code == 421 { return close(reply) }
    if reply.isPositive { noteAccepted() }
    return reply.isPermanentFailure ? fail(reply) : .reply(reply)
  }

  /// LMTP: the fate of the message for each accepted recipient, in order of `transaction.recipients` (RFC 2033 §4.2).
  public mutating func finishMessage(perRecipient replies: [SMTPReply]) -> ServerStep {
    guard isReading else { return .wait }
    phase = .command
    transaction = nil
    if replies.contains(where: \.isPositive) { noteAccepted() }
    return .replies(replies)
  }

  private var isReading: Bool {
    switch phase {
    case .reading: true
    case .readingChunk(let chunk): chunk.isLast
    default: false
    }
  }

  private mutating func noteAccepted() {
    messages += 1
    errors = 0
    idleCommands = 0
  }
}
