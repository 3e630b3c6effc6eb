import Glibc
import Logging
import Phrases
import Synchronization
import Testing

@testable import Control
@testable import Directory

/// Over a real socket. Clients block, so they have threads of their own.
struct ControlSocketTests {
  static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  final class Folder: Sendable {
    let path: String
    var socket: String { ControlClient.socketPath(in: path) }

    init() {
      var template = Array("/tmp/barid-control-XXXXXX".utf8CString)
      path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/barid-control"
    }

    deinit {
      unlink(socket)
      rmdir(path)
    }
  }

  /// Runs `body` beside a server that answers every request with its verb.
  static func withServer(
    _ folder: Folder, at path: String? = nil,
    handler: @escaping @Sendable (ControlRequest) async -> ControlResponse = { request in
      .done(request, .domainAdded(request.verb), .object(request.arguments))
    },
    _ body: (WorkThreads) async throws -> Void
  ) async throws {
    let server = try ControlServer(path: path ?? folder.socket, logger: quiet, handler: handler)
    let threads = WorkThreads(count: 8, mostWaiting: 1_000)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await server.run() }
      try await body(threads)
      server.stop()
      try await group.waitForAll()
    }
    threads.close()
  }

  static func call(
    _ threads: WorkThreads, _ path: String, _ request: ControlRequest
  ) async -> Result<ControlResponse, ControlFailure>? {
    await threads.run {
      do throws(ControlFailure) { return .success(try ControlClient.call(path, request)) } catch {
        return .failure(error)
      }
    }
  }

  /// Sends bytes as they are and reads until the server closes or `lines` lines have come.
  static func raw(_ threads: WorkThreads, _ path: String, _ bytes: [UInt8], lines: Int = .max) async -> String {
    let answer = await threads.run { () -> String in
      do throws(ControlFailure) {
        let socket = try UnixSocket()
        try socket.connect(to: path)
        socket.setPatience(seconds: 20)
        var sent = 0
        while sent < bytes.count {
          let count = bytes.withUnsafeBytes {
            send(socket.descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
          }
          if count <= 0 { break }
          sent += count
        }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while text.count(where: { $0 == 10 }) < lines {
          let count = recv(socket.descriptor, &piece, piece.count, 0)
          if count <= 0 { break }
          text += piece[..<count]
        }
        return String(decoding: text, as: UTF8.self)
      } catch {
        return "\(error)"
      }
    }
    return answer ?? "no thread"
  }

  /// Who goes away need not be worked for: the task of his command is cancelled.
  @Test func aClientThatGoesCancelsItsCommand() async throws {
    let folder = Folder()
    let (began, begun) = AsyncStream.makeStream(of: Void.self)
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    try await Self.withServer(
      folder,
      handler: { request in
        if request.verb == "short" { return .done(request, .domainAdded("x"), .null) }
        begun.finish()
        // Ends when it is cancelled, and only then.
        do { try await Task.sleep(for: .seconds(3_600)) } catch {}
        end.finish()
        return .done(request, .domainAdded("x"), .null)
      }
    ) { threads in
      let socket = try UnixSocket()
      try socket.connect(to: folder.socket)
      let line = try ControlCoding.line(ControlRequest("long"))
      let sent = line.withUnsafeBytes { send(socket.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      #expect(sent == line.count)
      for await _ in began {}
      shutdown(socket.descriptor, Int32(SHUT_RDWR))
      for await _ in ended {}
      let answer = await Self.call(threads, folder.socket, ControlRequest("short", id: "2"))
      #expect(try answer?.get().id == "2")
    }
  }

  @Test func aRequestIsAnswered() async throws {
    let folder = Folder()
    try await Self.withServer(folder) { threads in
      let request = ControlRequest("domain add", ["name": "مثال.example"], id: "12", language: .arabic)
      let answer = await Self.call(threads, folder.socket, request)
      #expect(answer == .success(.done(request, .domainAdded("domain add"), ["name": "مثال.example"])))
    }
  }

  @Test func manyPeersAreAllAnswered() async throws {
    let folder = Folder()
    try await Self.withServer(folder) { threads in
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<100 {
          group.addTask {
            let request = ControlRequest("x", ["n": .int(Int64(number))], id: "\(number)")
            guard case .success(let response) = await Self.call(threads, folder.socket, request) else { return false }
            return response.id == "\(number)" && response.result["n"] == .int(Int64(number))
          }
        }
        for await isRight in group { #expect(isRight) }
      }
    }
  }

  /// Silent peers take all places for a while; the next one waits in line and is served when one goes.
  @Test func peersOverTheLimitWait() async throws {
    let folder = Folder()
    try await Self.withServer(folder) { threads in
      do {
        var silent: [ConnectedSocket] = []
        for _ in 0..<ControlPeers.most { silent.append(try ConnectedSocket(folder.socket)) }
        #expect(silent.count == ControlPeers.most)
        async let answer = Self.call(threads, folder.socket, ControlRequest("x"))
        silent.removeFirst()
        guard case .success = await answer else { throw ControlFailure.lost("no answer") }
      }
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    let folder = Folder()
    try await Self.withServer(folder) { threads in
      let lines = (0..<20).map { #"{"v":1,"id":"\#($0)","verb":"x"}"# + "\n" }.joined()
      let answers = await Self.raw(threads, folder.socket, Array(lines.utf8), lines: 20)
      let ids = answers.split(separator: "\n").map { ControlCoding.response(Array($0.utf8))?.id }
      #expect(ids == (0..<20).map { "\($0)" })
    }
  }

  @Test func badLinesAreAnsweredAndThePeerIsSentAway() async throws {
    let folder = Folder()
    try await Self.withServer(folder) { threads in
      let bad = await Self.raw(threads, folder.socket, Array("hello\n".utf8))
      #expect(bad.contains(#""key":"controlBadRequest""#))
      let old = await Self.raw(threads, folder.socket, Array((#"{"v":9,"id":"3","verb":"x"}"# + "\n").utf8))
      #expect(old.contains(#""key":"controlVersion""#))
      #expect(old.contains(#""id":"3""#))
      let long = await Self.raw(threads, folder.socket, [UInt8](repeating: 0x61, count: ControlCoding.longestLine + 10))
      #expect(long.contains(#""key":"controlTooLong""#))
      let longLine = [UInt8](repeating: 0x61, count: ControlCoding.longestLine) + [10]
      #expect(await Self.raw(threads, folder.socket, longLine).contains(#""key":"controlTooLong""#))
      // The server is well.
      guard case .success = await Self.call(threads, folder.socket, ControlRequest("x")) else {
        throw ControlFailure.lost("no answer")
      }
    }
  }

  @Test func largeAnswersArrive() async throws {
    let folder = Folder()
    let list = ControlValue.list((0..<50_000).map { .text("account number \($0)") })
    let handler: @Sendable (ControlRequest) async -> ControlResponse = { .done($0, nil, list) }
    try await Self.withServer(folder, handler: handler) { threads in
      guard case .success(let response) = await Self.call(threads, folder.socket, ControlRequest("x")) else {
        throw ControlFailure.lost("no answer")
      }
      #expect(response.result == list)
    }
  }

  @Test func aRequestUnderWayIsAnsweredBeforeTheEnd() async throws {
    let folder = Folder()
    let server = SharedBox(Mutex<ControlServer?>(nil))
    let made = try ControlServer(path: folder.socket, logger: Self.quiet) { request in
      // As `server stop` does it: the answer is still to be sent.
      server.value.withLock { $0?.stop() }
      return .done(request, .serverStopAsked)
    }
    server.value.withLock { $0 = made }
    let threads = WorkThreads(count: 1, mostWaiting: 10)
    async let answer = Self.call(threads, folder.socket, ControlRequest("server stop"))
    await made.run()
    #expect(await answer == .success(.done(ControlRequest("server stop"), .serverStopAsked)))
    #expect(await Self.call(threads, folder.socket, ControlRequest("x")) == .failure(.notRunning))
    #expect(!ControlClient.isRunning(folder.socket))
    #expect(access(folder.socket, F_OK) != 0, "the file is gone")
    server.value.withLock { $0 = nil }
    threads.close()
  }

  @Test func cancellationEndsIt() async throws {
    let folder = Folder()
    let server = try ControlServer(path: folder.socket, logger: Self.quiet) { .done($0, nil) }
    let run = Task { await server.run() }
    run.cancel()
    await run.value
    #expect(!ControlClient.isRunning(folder.socket))
  }

  @Test func theFileIsForItsOwnerAndAnOldOneIsReplaced() async throws {
    let folder = Folder()
    // A socket that nobody serves, as a crash leaves it.
    do { try UnixSocket().listen(at: folder.socket) }
    #expect(access(folder.socket, F_OK) == 0)
    #expect(!ControlClient.isRunning(folder.socket))
    try await Self.withServer(folder) { threads in
      var status = stat()
      #expect(lstat(folder.socket, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      #expect(ControlClient.isRunning(folder.socket))
    }
  }

  @Test func whatIsNoSocketIsNotRemoved() throws {
    let folder = Folder()
    let file = fopen(folder.socket, "w")
    fclose(file)
    #expect(throws: ControlFailure.cannotListen("\(folder.socket) is in the way")) {
      _ = try ControlServer(path: folder.socket, logger: Self.quiet) { .done($0, nil) }
    }
    #expect(access(folder.socket, F_OK) == 0)
  }

  /// sun_path holds 107 bytes.
  @Test func aLongPathWorks() async throws {
    let folder = Folder()
    let deep = folder.path + "/" + String(repeating: "d", count: 150)
    mkdir(deep, 0o700)
    let path = ControlClient.socketPath(in: deep)
    try await Self.withServer(folder, at: path) { threads in
      guard case .success = await Self.call(threads, path, ControlRequest("x")) else {
        throw ControlFailure.lost("no answer")
      }
    }
    rmdir(deep)
  }

  @Test func nobodyThereIsSaid() async {
    let folder = Folder()
    let threads = WorkThreads(count: 1, mostWaiting: 10)
    #expect(await Self.call(threads, folder.socket, ControlRequest("x")) == .failure(.notRunning))
    #expect(await Self.call(threads, "/nonexistent/x/control.sock", ControlRequest("x")) == .failure(.notRunning))
    threads.close()
  }
}

/// A peer that says nothing.
final class ConnectedSocket {
  let socket: UnixSocket

  init(_ path: String) throws {
    let socket = try UnixSocket()
    try socket.connect(to: path)
    self.socket = socket
  }
}

final class SharedBox<Value: ~Copyable & Sendable>: Sendable {
  let value: Value
  init(_ value: consuming Value) { self.value = value }
}
