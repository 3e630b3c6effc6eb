import IMAP
import Net
import Store

extension CommandContext {
  /// Does one long step that says nothing itself, and tells meanwhile that it goes on (RFC 9585 §4: every ten seconds or so).
  ///
  /// `isLong`: false for what is done in a moment anyway; then nothing is set up.
  func reporting<Value: Sendable>(
    _ isLong: Bool, _ work: @escaping @Sendable () async throws(StoreFault) -> Value
  ) async throws(StoreFault) -> Value {
    if !isLong { return try await work() }
    let interval = Duration.seconds(service.settings.progressInterval)
    let result = await withTaskGroup(of: Result<Value, StoreFault>?.self) { group in
      group.addTask {
        do throws(StoreFault) { return .success(try await work()) } catch { return .failure(error) }
      }
      group.addTask {
        await tellProgress(every: interval)
        return nil
      }
      var result: Result<Value, StoreFault>?
      while result == nil, let ended = await group.next() { result = ended }
      group.cancelAll()
      return result
    }
    guard let result else { throw .closed }
    return try result.get()
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
