import Mail
import Net
import POP3
import Store

/// Messages read in one hop for a client that asks for one after the other.
struct ReadAhead {
  private var first = 0
  private var messages: ArraySlice<[UInt8]> = []

  init() {}
  init(from index: Int, _ messages: [[UInt8]]) {
    first = index
    self.messages = messages[...]
  }

  /// The message at `index`, if it was read; what lies before it is dropped.
  mutating func take(_ index: Int) -> [UInt8]? {
    guard index >= first, index - first < messages.count else {
      messages = []
      return nil
    }
    messages = messages.dropFirst(index - first)
    first = index + 1
    return messages.popFirst()
  }
}

// RETR and TOP (RFC 1939 §5, §7).
extension POP3Session {
  /// Bytes read ahead in one hop; a longer message is sent piece by piece.
  private static let aheadBytes = 128 << 10

  mutating func retrieve(_ index: Int, _ output: inout Output) -> Step<Outcome> {
    guard let maildrop else { return .close }
    if let message = ahead.take(index) {
      send(message, &output)
      machine.sent()
      return .proceed
    }
    let store = service.store
    if maildrop.table[index].size > Self.aheadBytes { return stream(index, maildrop, lines: nil) }
    // What a mail program asks for next is the next message.
    let end = min(maildrop.table.count, index + 64)
    let emails = (index..<end).map { maildrop.table[$0].email }
    return .run { _ in
      do throws(StoreFault) {
        return .fetched(
          from: index, try await store.contents(emails, of: maildrop.account, limit: Self.aheadBytes))
      } catch {
        return .sent(error)
      }
    }
  }

  mutating func sendAhead(_ index: Int, _ output: inout Output) -> Step<Outcome> {
    if let message = ahead.take(index) {
      send(message, &output)
    } else {
      write(.error(.unavailable, .systemTemporary), &output)
    }
    machine.sent()
    return .proceed
  }

  private func send(_ message: [UInt8], _ output: inout Output) {
    write(.ok("\(message.count) octets"), &output)
    var writer = DotWriter()
    writer.write(message) { output.write($0) }
    writer.finish { output.write($0) }
  }

  mutating func top(_ index: Int, _ lines: Int) -> Step<Outcome> {
    guard let maildrop else { return .close }
    return stream(index, maildrop, lines: lines)
  }

  /// Sends a message, or its top, piece by piece: never whole in memory.
  private func stream(_ index: Int, _ maildrop: Maildrop, lines: Int?) -> Step<Outcome> {
    let store = service.store
    let record = maildrop.table[index]
    let language = machine.language
    let first = lines == nil ? POP3Reply.ok("\(record.size) octets") : .ok(.messageFollows)
    return .run { out in
      var writer = DotWriter()
      var cutter = lines.map { TopCutter(lines: $0) }
      var isBegun = false
      var position = 0
      do {
        while position < record.size || !isBegun {
          let end = min(record.size, position + Self.aheadBytes)
          let piece = try await store.content(record.email, of: maildrop.account, range: position..<end)
          var bytes: [UInt8] = []
          if !isBegun { first.write(into: &bytes, language: language) }
          isBegun = true
          position = end
          let wanted = piece.withUnsafeBytes { cutter?.take($0) ?? $0.count }
          writer.write(Array(piece[..<wanted])) { bytes += $0 }
          try await out.write(bytes)
          if wanted < piece.count || cutter?.isDone == true { break }
        }
        var end: [UInt8] = []
        writer.finish { end += $0 }
        try await out.write(end)
        return .sent(nil)
      } catch let fault as StoreFault where !isBegun {
        return .sent(fault)
      } catch {
        // The reply has begun: only closing tells the client that it is not whole.
        return .broken
      }
    }
  }
}
