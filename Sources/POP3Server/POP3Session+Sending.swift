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
      send(index, message, &output)
      return .proceed
    }
    let store = service.store
    if maildrop[index].size > Self.aheadBytes { return stream(index, maildrop, lines: nil) }
    // What a mail program asks for next is the next message.
    let end = min(machine.messageCount ?? 0, index + 64)
    let emails = (index..<end).map { maildrop[$0].email }
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
      send(index, message, &output)
    } else {
      write(.error(.unavailable, .systemTemporary), &output)
      machine.sent()
    }
    return .proceed
  }

  private mutating func send(_ index: Int, _ message: [UInt8], _ output: inout Output) {
    guard let maildrop else { return }
    let record = maildrop[index]
    // RFC 6856 §2: a client without UTF8 gets a form that it can read.
    let sent = maildrop.isDowngraded(record) ? Downgrade.message(message) ?? message : message
    write(.ok("\(maildrop.size(record)) octets"), &output)
    var writer = DotWriter()
    writer.write(sent) { output.write($0) }
    writer.finish { output.write($0) }
    wasSent(index)
  }

  /// RETR has sent the whole message.
  mutating func wasSent(_ index: Int) {
    machine.sent()
    guard let record = maildrop?[index], taken.insert(record.item).inserted else { return }
    takenBytes += record.size
  }

  mutating func top(_ index: Int, _ lines: Int) -> Step<Outcome> {
    guard let maildrop else { return .close }
    return stream(index, maildrop, lines: lines)
  }

  /// Sends a message, or its top, piece by piece: what waits for a slow reader is one piece, and the header fields that are downgraded.
  private func stream(_ index: Int, _ maildrop: Maildrop, lines: Int?) -> Step<Outcome> {
    let store = service.store
    let record = maildrop[index]
    let language = machine.language
    let first = lines == nil ? POP3Reply.ok("\(maildrop.size(record)) octets") : .ok(.messageFollows)
    let isDowngraded = maildrop.isDowngraded(record)
    return .run { out in
      var sender = PieceSender(out: out, lines: lines)
      do {
        var pieces = [Downgrade.Piece.original(0..<record.size)]
        if isDowngraded {
          pieces = Downgrade.streamable(try await store.content(record.email, of: maildrop.account))
        }
        for piece in pieces where !sender.isDone {
          switch piece {
          case .replaced(let octets): try await sender.send(octets, after: first, language)
          case .original(let range):
            for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.aheadBytes) where !sender.isDone
            {
              let part = start..<min(range.upperBound, start + Self.aheadBytes)
              let octets = try await store.content(record.email, of: maildrop.account, range: part)
              try await sender.send(octets, after: first, language)
            }
          }
        }
        try await sender.finish(after: first, language)
        return lines == nil ? .retrieved(index) : .sent(nil)
      } catch let fault as StoreFault where !sender.isBegun {
        return .sent(fault)
      } catch {
        // The reply has begun: only closing tells the client that it is not whole.
        return .broken
      }
    }
  }
}

/// Sends the pieces of one message, behind its reply.
private struct PieceSender {
  let out: Writer
  private var writer = DotWriter()
  private var cutter: TopCutter?
  private(set) var isBegun = false

  init(out: Writer, lines: Int?) {
    self.out = out
    cutter = lines.map { TopCutter(lines: $0) }
  }

  /// All that TOP wants has been sent.
  var isDone: Bool { cutter?.isDone == true }

  mutating func send(_ octets: [UInt8], after first: POP3Reply, _ language: POP3Language) async throws {
    var bytes: [UInt8] = []
    if !isBegun { first.write(into: &bytes, language: language) }
    isBegun = true
    let wanted = octets.withUnsafeBytes { cutter?.take($0) ?? $0.count }
    writer.write(wanted == octets.count ? octets : Array(octets[..<wanted])) { bytes += $0 }
    try await out.write(bytes)
  }

  mutating func finish(after first: POP3Reply, _ language: POP3Language) async throws {
    if !isBegun { try await send([], after: first, language) }
    var end: [UInt8] = []
    writer.finish { end += $0 }
    try await out.write(end)
  }
}
