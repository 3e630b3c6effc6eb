import NIOCore

/// Runs tasks on one event loop, so that a session's work stays on the thread of its connection.
final class LoopExecutor: TaskExecutor {
  let loop: any EventLoop

  init(loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// What belongs to one event loop: its task executor and the connections that live on it.
final class LoopContext: Sendable {
  let loop: any EventLoop
  let executor: LoopExecutor
  /// The connections by number. On the loop only.
  let live: NIOLoopBoundBox<[UInt64: any LiveConnection]>

  init(loop: any EventLoop) {
    self.loop = loop
    executor = LoopExecutor(loop: loop)
    live = .makeBoxSendingValue([:], eventLoop: loop)
  }
}

/// A connection as the server's drain sees it, on its event loop.
protocol LiveConnection: AnyObject {
  /// Tells the session that the server is going down.
  func quiesce()
  /// Ends the connection now.
  func cut()
}
