internal import Glibc

/// The other end of the control socket: used by the command line. Blocks, so never from a task of the server's process.
package enum ControlClient {
  /// The socket's place in a data folder.
  package static func socketPath(in folder: String) -> String { "\(folder)/control.sock" }

  /// Asks the running server. Throws `.notRunning` where there is none; waits at most two minutes for the answer.
  /// `patience`: seconds, 0 = without end.
  package static func call(
    _ socketPath: String, _ request: ControlRequest, patience: Int = 120
  ) throws(ControlFailure) -> ControlResponse {
    let socket = try UnixSocket()
    try socket.connect(to: socketPath)
    socket.setPatience(seconds: patience)
    let line: [UInt8]
    do { line = try ControlCoding.line(request) } catch { throw .lost("\(error)") }
    try send(line, to: socket.descriptor)
    guard let response = ControlCoding.response(try receive(from: socket.descriptor)) else {
      throw .lost("the answer could not be understood")
    }
    return response
  }

  /// True if a server answers on the socket.
  package static func isRunning(_ socketPath: String) -> Bool {
    do throws(ControlFailure) {
      let socket = try UnixSocket()
      try socket.connect(to: socketPath)
      return true
    } catch {
      return error == .forbidden
    }
  }

  private static func send(_ bytes: [UInt8], to descriptor: Int32) throws(ControlFailure) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      // A server that refuses the peer or the line closes early: what it said may still be read.
      if count < 0 && errno == EPIPE { return }
      if count < 0 { throw .lost(UnixSocket.reason(errno)) }
      sent += count
    }
  }

  private static func receive(from descriptor: Int32) throws(ControlFailure) -> [UInt8] {
    var line: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while line.last != UInt8(ascii: "\n") {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw .lost(UnixSocket.reason(errno)) }
      if count == 0 { throw .lost("it was closed") }
      line += piece[..<count]
      // A list of 100,000 accounts is some 15 MB.
      if line.count > 256 << 20 { throw .lost("the answer is too long") }
    }
    return line
  }
}
