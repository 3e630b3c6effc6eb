/// Lines, and what passes by without being one.
extension ServerMachine {
  /// Where a line ends.
  private enum Line {
    case more
    case tooLong
    /// `length` octets of text; the line end is behind them. `next` is where the following input begins.
    case whole(length: Int, next: Int, isBareLF: Bool)
  }

  private mutating func line(_ input: Span<UInt8>, limit: Int) -> Line {
    let reach = min(input.count, limit)
    guard let lf = input.firstIndex(of: .lf, from: min(scanned, reach), to: reach) else {
      scanned = reach
      return input.count >= limit ? .tooLong : .more
    }
    scanned = 0
    let isBareLF = lf == 0 || input[lf - 1] != .cr
    return .whole(length: isBareLF ? lf : lf - 1, next: lf + 1, isBareLF: isBareLF)
  }

  /// RFC 5321 §4.5.3.1.4 and what each extension adds to its command.
  private func limit(of input: Span<UInt8>) -> Int {
    let limits = settings.limits
    if input.hasPrefix("MAIL", at: 0) { return limits.mailLine }
    if input.hasPrefix("RCPT", at: 0) { return limits.recipientLine }
    if input.hasPrefix("AUTH", at: 0) { return limits.authenticationLine }
    return limits.commandLine
  }

  mutating func readCommand(_ input: Span<UInt8>, _ consumed: inout Int) -> ServerStep {
    switch line(input, limit: limit(of: input)) {
    case .more: return .wait
    case .tooLong:
      let isAuthentication = input.hasPrefix("AUTH", at: 0)
      phase = .skippingLine(isAuthentication ? .authenticationLineTooLong : .lineTooLong)
      return skipLine(isAuthentication ? .authenticationLineTooLong : .lineTooLong, input, &consumed)
    case .whole(let length, let next, let isBareLF):
      consumed = next
      guard !isBareLF || settings.toleratesBareLF else { return fail(.badLineEnd) }
      let command: SMTPCommand
      do throws(SMTPSyntaxFault) {
        command = try SMTPCommand.parse(input.extracting(0..<length), longestLocalPart: settings.limits.localPart)
      } catch {
        // RFC 3030 §2: what a failed BDAT would have brought is missing.
        if input.hasPrefix("BDAT", at: 0) { transaction?.isBroken = true }
        return fail(isRefused ? .badSequence("No SMTP service here") : error.reply)
      }
      return take(command, isLastInGroup: next == input.count)
    }
  }

  mutating func readResponse(_ input: Span<UInt8>, _ consumed: inout Int) -> ServerStep {
    switch line(input, limit: settings.limits.authenticationLine) {
    case .more: return .wait
    case .tooLong:
      // RFC 4954 §4: the exchange fails; the rest of the line is not a command.
      phase = .skippingLine(.authenticationLineTooLong)
      return skipLine(.authenticationLineTooLong, input, &consumed)
    case .whole(let length, let next, let isBareLF):
      consumed = next
      guard !isBareLF || settings.toleratesBareLF else { return abort(.badLineEnd) }
      return takeResponse(input.extracting(0..<length))
    }
  }

  /// Drops input to the end of the line, so that its tail is not taken for a command.
  mutating func skipLine(_ reply: SMTPReply, _ input: Span<UInt8>, _ consumed: inout Int) -> ServerStep {
    scanned = 0
    guard let lf = input.firstIndex(of: .lf, from: 0, to: input.count) else {
      consumed = input.count
      return .wait
    }
    consumed = lf + 1
    phase = .command
    return reply == .authenticationLineTooLong ? abort(reply) : fail(reply)
  }

  /// RFC 3030 §2: the receiver of a refused BDAT accepts and discards its octets, then replies.
  mutating func skipChunk(
    _ remaining: Int, isLast: Bool, _ reply: SMTPReply, _ input: Span<UInt8>, _ consumed: inout Int
  ) -> ServerStep {
    consumed = min(remaining, input.count)
    if consumed < remaining {
      phase = .skippingChunk(remaining: remaining - consumed, isLast: isLast, reply)
      return .wait
    }
    phase = .command
    return failChunk(isLast: isLast, reply)
  }
}
