import Glibc

/// A client for tests: blocking, line by line, over a plain TCP connection to loopback. Use it inside `onThread`.
package final class LineClient {
  private let handle: Int32
  private var buffer: [UInt8] = []

  package struct Fault: Error, CustomStringConvertible {
    package var description: String
  }

  package init(port: Int) throws {
    handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(port)).bigEndian
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Fault(description: "cannot connect to port \(port)") }
    // A server that does not answer fails the test instead of hanging it.
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { Glibc.close(handle) }

  /// Says that nothing more will be sent; answers can still come.
  package func endSending() { shutdown(handle, Int32(SHUT_WR)) }

  /// Ends the connection at once, as a machine does that loses its power: with a reset, unread bytes lost.
  package func reset() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(handle, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    // The descriptor itself is closed in deinit.
    let nothing = open("/dev/null", O_RDONLY)
    dup2(nothing, handle)
    Glibc.close(nothing)
  }

  /// A client at another address, for a listener that expects a PROXY header; its greeting was read.
  package static func proxied(from address: String, port: Int, hello: String = "EHLO client.example") throws
    -> LineClient
  {
    let client = try LineClient(port: port)
    let family = address.contains(":") ? "TCP6" : "TCP4"
    try client.send("PROXY \(family) \(address) \(address.contains(":") ? "::1" : "127.0.0.1") 40000 25\r\n")
    _ = try client.answer()
    _ = try client.ask(hello)
    return client
  }

  /// Sends bytes as they are.
  package func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.send(handle, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw Fault(description: "the connection is closed") }
      sent += count
    }
  }

  package func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends a line and gives the last line of the answer (SMTP: the one without a hyphen behind the code).
  package func ask(_ text: String) throws -> String {
    try send(text + "\r\n")
    return try answer()
  }

  /// The last line of an SMTP reply, or the first of POP3.
  package func answer() throws -> String {
    while let line = try line() {
      let mark = line.utf8.dropFirst(3).first
      if mark != UInt8(ascii: "-") || !line.utf8.prefix(3).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return line }
    }
    throw Fault(description: "end of connection")
  }

  /// All lines up to the end of the connection.
  package func rest() throws -> [String] {
    var lines: [String] = []
    while let line = try line() { lines.append(line) }
    return lines
  }

  /// The lines of a POP3 multi-line answer behind its first, dots unstuffed, without the final dot.
  package func block() throws -> [String] {
    var lines: [String] = []
    while let line = try line(), line != "." { lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line) }
    return lines
  }

  /// The next octets as they are: those of an IMAP literal.
  package func octets(_ wanted: Int) throws -> [UInt8] {
    while buffer.count < wanted {
      var piece = [UInt8](repeating: 0, count: 65_536)
      let count = recv(handle, &piece, piece.count, 0)
      guard count > 0 else { throw Fault(description: "\(buffer.count) of \(wanted) octets came") }
      buffer += piece[..<count]
    }
    let octets = Array(buffer[..<wanted])
    buffer.removeSubrange(..<wanted)
    return octets
  }

  /// One line without its line end; nil at the end of the connection.
  package func line() throws -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        var line = Array(buffer[..<end])
        buffer.removeSubrange(...end)
        if line.last == 0x0D { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
      }
      var piece = [UInt8](repeating: 0, count: 65_536)
      let count = recv(handle, &piece, piece.count, 0)
      if count == 0 {
        // What was begun and not ended comes once.
        defer { buffer = [] }
        return buffer.isEmpty ? nil : String(decoding: buffer, as: UTF8.self)
      }
      guard count > 0 else {
        throw Fault(description: "no answer for too long; so far: \(String(decoding: buffer, as: UTF8.self))")
      }
      buffer += piece[..<count]
    }
  }
}

/// One thread's work.
private final class ThreadJob {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

/// Runs blocking work on a thread of its own, so that a test never blocks the tasks of the server that it tests.
package func onThread<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    let job = ThreadJob { continuation.resume(with: Result(catching: work)) }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<ThreadJob>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(job).toOpaque())
    pthread_detach(thread)
  }
}
