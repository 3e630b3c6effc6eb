extension ServerMachine {
  private enum Line {
    case more
    case tooLong
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

  mutating func readCommand(_ input: Span<UInt8>, _ consumed: inout Int) -> ServerStep {
    let isAuthentication = input.count >= 4 && input.matches("AUTH", in: 0..<4)
    let limit = isAuthentication ? settings.limits.authenticationLine : settings.limits.commandLine
    switch line(input, limit: limit) {
    case .more: return .wait
    case .tooLong:
      phase = .skippingLine
      return skipLine(input, &consumed)
    case .whole(let length, let next, let isBareLF):
      consumed = next
      guard !isBareLF || settings.toleratesBareLF else { return fail(.error(.badLineEnd)) }
      let command: POP3Command
      do throws(POP3SyntaxFault) {
        command = try POP3Command.parse(input.extracting(0..<length))
      } catch {
        return fail(error.reply)
      }
      return take(command, isLastInGroup: next == input.count)
    }
  }

  mutating func readResponse(_ input: Span<UInt8>, _ consumed: inout Int) -> ServerStep {
    switch line(input, limit: settings.limits.authenticationLine) {
    case .more: return .wait
    case .tooLong:
      phase = .skippingLine
      return skipLine(input, &consumed)
    case .whole(let length, let next, let isBareLF):
      consumed = next
      guard !isBareLF || settings.toleratesBareLF else { return abort(.error(.badLineEnd)) }
      return takeResponse(input.extracting(0..<length))
    }
  }

  /// Drops input to the end of the line, so that its tail is not taken for a command.
  mutating func skipLine(_ input: Span<UInt8>, _ consumed: inout Int) -> ServerStep {
    scanned = 0
    guard let lf = input.firstIndex(of: .lf, from: 0, to: input.count) else {
      consumed = input.count
      return .wait
    }
    consumed = lf + 1
    let wasAuthenticating = isAuthenticating
    isAuthenticating = false
    phase = .command
    return wasAuthenticating ? abort(.error(.lineTooLong)) : fail(.error(.lineTooLong))
  }
}
