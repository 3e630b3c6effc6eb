internal import Glibc
internal import POP3Server
internal import Synchronization

extension PostOffice {
  /// Looks every few minutes for mail that POP3 policies let go, until the task is cancelled.
  func retain() async {
    let minutes = current.withLock { $0.pop3.roundMinutes }
    let worker = RetentionWorker(
      store: store, directory: directory, logger: log.logger("retention"), now: { Int64(time(nil)) },
      trustsClock: { [clock] in clock.isTrusted })
    while !Task.isCancelled {
      await worker.round()
      do { try await Task.sleep(for: .seconds(60 * minutes)) } catch { return }
    }
  }
}
