import Logging
import Synchronization

@testable import Net

/// What happened, in order, with a way to wait for it.
final class Diary: Sendable {
  private struct State {
    var lines: [String] = []
    var waiters: [(line: String, waiter: CheckedContinuation<Void, Never>)] = []
  }
  private let state = Mutex(State())

  var lines: [String] { state.withLock { $0.lines } }

  func add(_ line: String) {
    let due = state.withLock { state in
      state.lines.append(line)
      defer { state.waiters.removeAll { $0.line == line } }
      return state.waiters.filter { $0.line == line }
    }
    for entry in due { entry.waiter.resume() }
  }

  /// Returns when `line` has been written at least once.
  func wait(for line: String) async {
    await withCheckedContinuation { waiter in
      let isThere = state.withLock { state in
        if state.lines.contains(line) { return true }
        state.waiters.append((line, waiter))
        return false
      }
      if isThere { waiter.resume() }
    }
  }
}

/// A small line protocol that does everything a session can.
struct TestSession: Session {
  enum Mode {
    case commands
    case body(Int)
    case circle
  }

  var diary: Diary
  var waker: Waker
  var peer: Peer
  var patience: Duration = .seconds(60)
  var isTrusted = false
  var mode = Mode.commands
  var longest = 8_192
  /// What it greets with.
  var word = "hello"

  mutating func opened(_ output: inout Output) -> Step<String> {
    diary.add("opened")
    output.write("\(word) \(peer.address) \(peer.tls?.version ?? "plain")\r\n")
    return .wait
  }

  mutating func advance(_ event: Event<String>, _ input: inout Input, _ output: inout Output) -> Step<String> {
    switch event {
    case .input:
      return advance(&input, &output)
    case .outcome(let text):
      diary.add("outcome \(text)")
      output.write("\(text)\r\n")
      return .proceed
    case .secured(let summary):
      output.write("secured \(summary.version)\r\n")
      return .wait
    case .wake:
      diary.add("wake")
      output.write("* wake\r\n")
      return .wait
    case .deadline:
      diary.add("deadline")
      output.write("too slow\r\n")
      return .close
    case .quiesce:
      diary.add("quiesce")
      output.write("going down\r\n")
      return .close
    }
  }

  mutating func closed() { diary.add("closed") }

  private mutating func advance(_ input: inout Input, _ output: inout Output) -> Step<String> {
    if case .circle = mode { return .proceed }
    if case .body(let left) = mode {
      let count = min(left, input.count)
      input.consume(count)
      mode = count == left ? .commands : .body(left - count)
      if count < left { return .wait }
      input.isBodyStreaming = false
      output.write("body ok\r\n")
      return .proceed
    }
    let length = input.withUnsafeBytes { bytes in bytes.firstIndex(of: 0x0A).map { $0 + 1 } }
    guard let length else {
      if input.count <= longest { return .wait }
      output.write("line too long\r\n")
      return .close
    }
    let line = input.withUnsafeBytes { String(decoding: $0[..<length].filter { $0 >= 0x20 }, as: UTF8.self) }
    input.consume(length)
    diary.add(line)
    return command(line.split(separator: " ", maxSplits: 1).map(String.init), &input, &output)
  }

  private mutating func command(_ words: [String], _ input: inout Input, _ output: inout Output) -> Step<String> {
    let argument = words.count > 1 ? words[1] : ""
    let number = Int(argument) ?? 0
    let diary = diary
    switch words.first {
    case "echo":
      output.write("\(argument)\r\n")
      return .proceed
    case "fill":
      output.write([UInt8](repeating: 0x78, count: number))
      return .proceed
    case "slow":
      return .run { _ in
        await diary.wait(for: "go \(argument)")
        return "slow \(argument)"
      }
    case "hang":
      return .run { _ in
        // Waits for its cancellation.
        let (stream, feed) = AsyncStream.makeStream(of: Void.self)
        defer { feed.finish() }
        for await _ in stream {}
        return "hung up"
      }
    case "big":
      return .run { await big(number, $0, diary) }
    case "body":
      mode = .body(number)
      input.isBodyStreaming = true
      return .proceed
    case "trust":
      isTrusted = true
      output.write("trusted\r\n")
      return .proceed
    case "patience":
      patience = .milliseconds(number)
      output.write("ok\r\n")
      return .proceed
    case "starttls":
      output.write("ready\r\n")
      return .startTLS
    case "circle":
      mode = .circle
      return .proceed
    case "quit":
      output.write("bye\r\n")
      return .close
    default:
      output.write("what?\r\n")
      return .proceed
    }
  }
}

/// Writes `count` bytes in pieces.
private func big(_ count: Int, _ writer: Writer, _ diary: Diary) async -> String {
  let piece = [UInt8](repeating: 0x79, count: 10_000)
  var written = 0
  do {
    while written < count {
      try await writer.write(piece[..<min(piece.count, count - written)])
      written += min(piece.count, count - written)
      diary.add("written \(written)")
    }
    try await writer.flush()
    return "done"
  } catch {
    return "lost"
  }
}

/// A server with one listener for `TestSession`.
struct TestServer {
  let server: NetServer
  let diary = Diary()
  let port: Int
  /// The waker of the newest connection.
  let waker = WakerBox()

  final class WakerBox: Sendable {
    private let held = Mutex<Waker?>(nil)
    var newest: Waker? { held.withLock { $0 } }
    func set(_ waker: Waker) { held.withLock { $0 = waker } }
  }

  init(
    _ listener: ListenerSettings? = nil, settings: NetSettings? = nil, tls: TLSContexts? = nil,
    patience: Duration = .seconds(60)
  ) async throws {
    var patient = NetSettings()
    // A busy machine must not turn a test of something else into a test of these.
    patient.proxyLimit = .seconds(120)
    patient.handshakeLimit = .seconds(120)
    var chosen = settings ?? patient
    chosen.threads = 1
    chosen.lingerLimit = .milliseconds(300)
    server = NetServer(settings: chosen, logger: quiet)
    let (diary, waker) = (diary, waker)
    let bound = try await server.listen(
      listener ?? ListenerSettings(name: "test", host: "127.0.0.1", port: 0), tls: tls
    ) { peer, newWaker in
      waker.set(newWaker)
      var session = TestSession(diary: diary, waker: newWaker, peer: peer)
      session.patience = patience
      return session
    }
    port = bound.port
  }

  func stop() async { await server.drain(limit: .milliseconds(100)) }
}

/// A logger that says nothing.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Gives the test a server and ends it afterwards, whatever happened.
func withServer(
  _ listener: ListenerSettings? = nil, settings: NetSettings? = nil, tls: TLSContexts? = nil,
  patience: Duration = .seconds(60),
  _ body: (TestServer) async throws -> Void
) async throws {
  let server = try await TestServer(listener, settings: settings, tls: tls, patience: patience)
  do {
    try await body(server)
  } catch {
    await server.stop()
    throw error
  }
  await server.stop()
}
