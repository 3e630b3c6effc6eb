internal import Directory
internal import Glibc
internal import POP3Server
internal import Synchronization

extension PostOffice {
  /// Looks every few minutes for mail that POP3 policies let go, until the task is cancelled. Counts single minutes, so that a reload
  /// that makes the pause shorter need not wait for the end of a long one.
  func retain() async {
    let worker = RetentionWorker(
      store: store, directory: directory, logger: log.logger("retention"), now: { Int64(time(nil)) })
    var minutes = Int.max
    while !Task.isCancelled {
      if minutes >= current.withLock({ $0.pop3.roundMinutes }) {
        await worker.round()
        minutes = 0
      }
      do { try await Task.sleep(for: .seconds(60)) } catch { return }
      minutes += 1
    }
  }

  /// Sends away, until the task is cancelled, who is here by a device that has expired. A session that does something notices by itself.
  func endExpiredSessions() async {
    while true {
      do { try await Task.sleep(for: .seconds(10)) } catch { return }
      directory.endExpired()
    }
  }
}
