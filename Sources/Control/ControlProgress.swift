internal import Synchronization

/// How far long commands are: asked for by their caller through a second connection, under a name that it chose.
package final class ControlProgress: Sendable {
  private let jobs = Mutex<[String: (done: Int64, total: Int64)]>([:])

  package init() {}

  package func set(_ job: String, _ done: Int64, _ total: Int64) { jobs.withLock { $0[job] = (done, total) } }
  package func end(_ job: String) { _ = jobs.withLock { $0.removeValue(forKey: job) } }
  package func of(_ job: String) -> (done: Int64, total: Int64)? { jobs.withLock { $0[job] } }
}
