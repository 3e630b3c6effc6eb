import Database
import Logging

/// The lane's third thread: copies the index's log back into the index beside the writer, so that no batch waits for it.
///
/// A log to which somebody always adds is never copied whole from beside. So the writer copies the short rest itself, between two
/// batches, and its next commit begins the log anew. https://sqlite.org/wal.html, "Avoiding Excessively Large WAL Files".
final class Checkpointer: Sendable {
  /// Pages in the log from which on it is copied back.
  private let limit: Int
  /// Pages that the writer copies itself: about what one batch writes.
  private let rest: Int

  private enum Work {
    case idle, asked, closed
  }
  private struct State {
    var work = Work.idle
    /// The log's length at the last look: shorter now means that it began anew.
    var seen = 0
    /// Pages of the log that are in the index, as far as the writer knows.
    var copied = 0
    /// The log's length from which on there is something to do.
    var next: Int
  }

  private let path: String
  private let logger: Logger
  private let state: Monitor<State>

  init(_ path: String, limit: Int, logger: Logger) {
    self.path = path
    self.limit = limit
    rest = max(1, limit / 13)
    self.logger = logger
    state = Monitor(State(next: limit))
  }

  /// The thread's body.
  func serve() {
    var connection: Connection?
    defer { connection?.close() }
    while state.wait({ $0.work == .idle ? nil : $0.work == .asked }) {
      let result: Result<Int, DatabaseFault>
      do throws(DatabaseFault) {
        let open: Connection
        if let connection { open = connection } else { open = try Connection(path, .writer, cacheKiB: 64) }
        connection = open
        result = .success(try open.checkpoint().copied)
      } catch { result = .failure(error) }
      note(result)
    }
  }

  /// To be called by the writer after each batch, when everybody has been answered.
  func look(after connection: Connection) {
    let pages = connection.logPages
    var isRest = false
    state.update { state in
      if pages < state.seen { (state.copied, state.next) = (0, limit) }
      state.seen = pages
      guard state.work == .idle, pages >= state.next else { return false }
      isRest = pages - state.copied <= rest
      if !isRest { state.work = .asked }
      return !isRest
    }
    if !isRest { return }
    do throws(DatabaseFault) { note(.success(try connection.checkpoint().copied)) } catch { note(.failure(error)) }
    // A reader may keep the log from beginning anew: not again for each batch.
    state.withLock { $0.next = max($0.next, pages + rest) }
  }

  private func note(_ result: Result<Int, DatabaseFault>) {
    state.withLock {
      if $0.work == .asked { $0.work = .idle }
      switch result {
      case .success(let copied): $0.copied = copied
      case .failure: $0.next = $0.seen + limit
      }
    }
    if case .failure(let fault) = result { report(fault) }
  }

  /// Nothing is lost: the log keeps what was not copied, and the next round tries again.
  private func report(_ fault: DatabaseFault) {
    logger.warning("the index's log could not be copied back", metadata: ["fault": "\(fault)"])
  }

  func close() {
    state.update {
      $0.work = .closed
      return true
    }
  }
}
