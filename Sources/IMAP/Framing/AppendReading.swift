/// What the literal that ends a line of APPEND or REPLACE is.
enum AppendReading {
  /// The octets of a message, to be streamed.
  case message(AppendStart)
  /// Part of the command, to be gathered: a mailbox name, or a text of CATENATE.
  case argument
  case broken(SyntaxError)
}

extension CommandReader {
  /// Whether the command is one that sends messages.
  static func isAppend(_ command: [UInt8]) -> Bool {
    var reader = CommandReader(Array(command.prefix(longestTag + 16)), options: ParserOptions())
    guard (try? reader.tag()) != nil, reader.skipSpace() else { return false }
    _ = reader.skipWord("UID ")
    return reader.skipWord("APPEND ") || reader.skipWord("REPLACE ")
  }

  /// Whether the command is one whose literals are values to be kept.
  static func isSetMetadata(_ command: [UInt8]) -> Bool {
    var reader = CommandReader(Array(command.prefix(longestTag + 16)), options: ParserOptions())
    guard (try? reader.tag()) != nil, reader.skipSpace() else { return false }
    return reader.skipWord("SETMETADATA ")
  }

  /// Judges the literal at the end of the first lines of APPEND or REPLACE (given without the last line end).
  static func appendReading(_ command: [UInt8], _ options: ParserOptions) -> AppendReading {
    var reader = CommandReader(command, options: options)
    do throws(SyntaxError) {
      let tag = try reader.tag()
      try reader.space()
      var verb = AppendStart.Verb.append
      let isUID = reader.skipWord("UID ")
      if reader.skipWord("REPLACE ") {
        verb = .replace(isUID: isUID, number: try reader.sequenceNumber())
        try reader.space()
      } else if isUID || !reader.skipWord("APPEND ") {
        throw reader.error("Unknown command")
      }
      let start = AppendStart(tag: tag, verb: verb, mailbox: try reader.mailbox(), size: 0)
      return try reader.appendReading(of: start)
    } catch {
      return reader.literalAtEnd == nil ? .broken(error) : .argument
    }
  }

  /// Judges the literal at the end of the line between two messages.
  static func nextAppendReading(_ line: [UInt8], after: AppendStart, _ options: ParserOptions) -> AppendReading {
    var reader = CommandReader(line, options: options)
    do throws(SyntaxError) {
      if after.isUTF8 { try reader.close() }
      guard after.verb == .append else { throw reader.error("REPLACE takes one message") }
      var start = after
      start.index += 1
      return try reader.appendReading(of: start)
    } catch {
      // RFC 4469: a CATENATE after a first message would have its texts here; none is supported with MULTIAPPEND.
      return .broken(error)
    }
  }

  private mutating func appendReading(of before: AppendStart) throws(SyntaxError) -> AppendReading {
    let found = try appendOptions()
    if found.kind == .catenate {
      guard before.index == 0 else { throw error("CATENATE cannot follow another message") }
      return .argument
    }
    guard let header = LiteralHeader(parsing: bytes[index...]), index + header.length == bytes.count else {
      throw error("Expected a message")
    }
    var start = before
    start.flags = found.flags
    start.date = found.date
    start.size = header.size
    start.isSynchronizing = header.isSynchronizing
    start.isBinary = header.isBinary
    start.isUTF8 = found.kind == .utf8
    return .message(start)
  }
}
