/// One protocol's side of one connection: a machine that is fed events and answers with what to do next.
///
/// A struct, or a class that belongs to this connection alone. All calls come on the connection's event loop, never
/// two at a time, and must not block. Order of calls: `opened`, then `advance` any number of times, then `closed`.
///
/// 1. Events come in order: while a `run` is under way nothing is delivered; its `.outcome` comes before anything else.
/// 2. `.input` is delivered when bytes have arrived since the last `.wait`, or after `.proceed`, `.run` with bytes left.
/// 3. Output is flushed when the session would wait, before a `run`, and every 64 KiB.
/// 4. After the connection is lost an unfinished `run` is cancelled; its outcome is still delivered (output goes
///    nowhere, the step is ignored), then comes `closed`.
package protocol Session: SendableMetatype {
  associatedtype Outcome: Sendable
  /// How long the connection may wait for the peer now. Asked whenever it starts to wait; counted from the last time
  /// that the session got on (consumed input, finished work, was secured, or answered `.deadline` with `.wait`).
  var patience: Duration { get }
  /// True once the peer has proved who it is: minimum rates and the slots of strangers no longer apply.
  var isTrusted: Bool { get }
  /// The connection is up (implicit TLS: after the handshake): the place for the greeting.
  mutating func opened(_ output: inout Output) -> Step<Outcome>
  /// Something happened: say what to do next.
  mutating func advance(_ event: Event<Outcome>, _ input: inout Input, _ output: inout Output) -> Step<Outcome>
  /// The connection is gone and no work is under way: called exactly once, last.
  mutating func closed()
}

extension Session {
  package var isTrusted: Bool { false }
}

/// What a session is told.
package enum Event<Outcome: Sendable>: Sendable {
  /// There are bytes in the input that were not there, or not looked at, before.
  case input
  /// The work of the last `.run` returned this.
  case outcome(Outcome)
  /// The handshake after `.startTLS` is done.
  case secured(TLSSummary)
  /// The connection's `Waker` was called at least once.
  case wake
  /// The session's patience is over. `.close` after a last word, or `.wait` to wait anew.
  case deadline
  /// The server is going down: finish, say goodbye and `.close` soon. Told once.
  case quiesce
}

/// What a session wants next.
package enum Step<Outcome: Sendable>: Sendable {
  /// No whole command in the input: flush, then wait for bytes, a wake or the deadline.
  case wait
  /// One command is done; call again with `.input` while the input is not empty. At most 64 commands or 256 KiB a tick.
  case proceed
  /// Long work. The output so far is flushed first; input is buffered, and reading stops at 64 KiB, until it returns.
  case run(@Sendable (Writer) async -> Outcome)
  /// Flush, then shake hands as a TLS server. Bytes already in the input are an injection: the connection is closed.
  case startTLS
  /// Flush, then compress both ways (RFC 4978); bytes already in the input are taken as compressed.
  case startCompression
  /// Flush as the end of our compressed stream, then go on in plain (RFC 8437 §4.1).
  case endCompression
  /// Flush, then close.
  case close
}
