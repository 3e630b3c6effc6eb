import IMAP
import Net
import Store

extension CommandContext {
  /// Does one long step that says nothing itself, and tells meanwhile that it goes on (RFC 9585 §4: every ten seconds or so).
  ///
  /// `isLong`: false for what is done in a moment anyway; then nothing is set up.
  func reporting<Value: Sendable, Fault: Error>(
    _ isLong: Bool, _ work: @Sendable () async throws(Fault) -> Value
  ) async throws(Fault) -> Value {
    if !isLong { return try await work() }
    // Cancelled, and waited for, when the work is done.
    async let _: Void = tellProgress(every: service.settings.progressInterval)
    return try await work()
  }

  /// Until it is cancelled or the client is gone.
  private func tellProgress(every interval: Duration) async {
    while true {
      do {
        try await Task.sleep(for: interval)
        var responses = responses()
        responses.status(.ok, .inProgress(tag: tag, done: nil, of: nil), "Still working")
        try await out.write(responses.bytes)
        try await out.flush()
      } catch {
        return
      }
    }
  }
}
