import Postroom

/// The filed messages whose 250 the client has perhaps not read (RFC 1047: a client that misses it sends the message again).
///
/// Bytes that arrive after a reply was written show that it was read; bytes that lay in the input before it do not, since the end of
/// a message may be pipelined with what follows (RFC 2920 §3.1).
struct UnreadReplies {
  /// More than this in one connection without a sign of life is a client that does not care.
  private static let most = 100

  /// Filings whose 250 may not have been read.
  private(set) var lost: [Filing.Result] = []
  /// How many bytes of the input came before the last reply.
  private var old = 0

  /// A message was filed and its reply is being written, with `waiting` bytes in the input.
  mutating func add(_ result: Filing.Result, waiting: Int) {
    if lost.count == Self.most { lost.removeFirst() }
    lost.append(result)
    old = waiting
  }

  /// `count` bytes lie in the input.
  mutating func sawInput(_ count: Int) {
    if count > old { lost.removeAll() }
  }

  mutating func consumed(_ count: Int) { old = max(0, old - count) }
}
