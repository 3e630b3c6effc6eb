import Glibc
import TestKit
import Testing

@testable import Net

/// Figures for docs/performance.md and docs/decisions.md (`make bench`).
@Suite(.serialized, .enabled(if: Benchmark.isAsked)) struct BenchmarkTests {
  /// Answers OK to each line; "run" lines through a piece of work.
  struct LineSession: Session {
    let patience = Duration.seconds(600)

    mutating func opened(_ output: inout Output) -> Step<Void> {
      output.write("hello\r\n")
      return .wait
    }

    mutating func advance(_ event: Event<Void>, _ input: inout Input, _ output: inout Output) -> Step<Void> {
      if case .outcome = event {
        output.write("OK run\r\n")
        return .proceed
      }
      guard case .input = event else { return .wait }
      let found = input.withUnsafeBytes { bytes -> (length: Int, isRun: Bool)? in
        guard let start = bytes.baseAddress, let end = memchr(start, 0x0A, bytes.count) else { return nil }
        return (UnsafeRawPointer(end) - start + 1, bytes[0] == UInt8(ascii: "r"))
      }
      guard let found else { return .wait }
      input.consume(found.length)
      if found.isRun { return .run { _ in } }
      output.write("OK done\r\n")
      return .proceed
    }

    mutating func closed() {}
  }

  /// Connects many times, then exchanges a line on each connection, told by lines on its standard input.
  static let script = """
    socket, ssl, sys = map(__import__, ("socket", "ssl", "sys"))
    port, count, tls = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "tls"
    context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
    held = []
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", port))
        if tls: one = context.wrap_socket(one)
        one.recv(100)
        held.append(one)
    print("ready", flush=True); sys.stdin.readline()
    for one in held:
        one.sendall(b"noop\\r\\n"); one.recv(100)
    print("exchanged", flush=True); sys.stdin.readline()
    """

  @Test(arguments: ["plain", "tls"]) func idleConnections(_ kind: String) async throws {
    let count = 2_000
    var settings = NetSettings()
    settings.threads = 1
    settings.connectionsPerAddress = 10_000
    settings.strangersPerNetwork = 10_000
    let server = NetServer(settings: settings, logger: quiet)
    let bound = try await server.listen(
      ListenerSettings(name: "bench", host: "127.0.0.1", port: 0, tls: kind == "tls" ? .implicit : .none),
      tls: kind == "tls" ? try TestCertificate.localhost() : nil
    ) { _, _ in LineSession() }
    let client = try ChildProcess("python3", ["-c", Self.script, "\(bound.port)", "\(count)", kind])
    let before = anonymousMemory()
    client.readLine()
    let connected = anonymousMemory()
    client.writeLine()
    client.readLine()
    let exchanged = anonymousMemory()
    Benchmark.say(
      "\(kind): bytes a connection: connected \((connected - before) / count), after a line \((exchanged - before) / count)"
    )
    client.writeLine()
    client.end()
    await server.drain(limit: .seconds(1))
  }

  @Test(arguments: ["noop", "run"]) func pipelinedCommands(_ command: String) async throws {
    var settings = NetSettings()
    settings.threads = 1
    let server = NetServer(settings: settings, logger: quiet)
    let bound = try await server.listen(ListenerSettings(name: "bench", host: "127.0.0.1", port: 0)) { _, _ in
      LineSession()
    }
    let socket = connectedSocket(bound.port)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    _ = read(socket, &buffer, buffer.count)
    let batch = Array(String(repeating: "\(command)\r\n", count: 500).utf8)
    let answers = command == "run" ? 500 * 8 : 500 * 9
    var commands = 0
    let clock = ContinuousClock()
    let start = clock.now
    while clock.now - start < .seconds(3) {
      _ = write(socket, batch, batch.count)
      var left = answers
      while left > 0 { left -= max(1, read(socket, &buffer, buffer.count)) }
      commands += 500
    }
    let seconds =
      Double((clock.now - start).components.attoseconds) / 1e18 + Double((clock.now - start).components.seconds)
    Benchmark.say("\(command): \(Int(Double(commands) / seconds)) commands a second, pipelined by 500, one connection")
    close(socket)
    await server.drain(limit: .seconds(1))
  }

  /// Bytes of anonymous memory of this process.
  private func anonymousMemory() -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix("RssAnon:") { return (Int(text.split(separator: " ")[1].filter(\.isNumber)) ?? 0) * 1_024 }
    }
    return 0
  }

  private func connectedSocket(_ port: Int) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return descriptor
  }
}

/// A program beside the test, spoken to by lines.
private final class ChildProcess {
  struct Failed: Error {}
  private var process: pid_t = 0
  private let input: Int32
  private let output: Int32

  init(_ name: String, _ arguments: [String]) throws {
    var toChild: [Int32] = [0, 0]
    var fromChild: [Int32] = [0, 0]
    guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else { throw Failed() }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
    for descriptor in toChild + fromChild { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let status = posix_spawnp(&process, name, &actions, nil, &words, environ)
    close(toChild[0])
    close(fromChild[1])
    (input, output) = (toChild[1], fromChild[0])
    guard status == 0 else { throw Failed() }
  }

  func readLine() {
    var byte: UInt8 = 0
    while read(output, &byte, 1) == 1, byte != 0x0A {}
  }

  func writeLine() { _ = write(input, "\n", 1) }

  func end() {
    close(input)
    close(output)
    var status: Int32 = 0
    waitpid(process, &status, 0)
  }
}
