package import Logging
internal import Synchronization

/// The control socket of a running server: one JSON line in, one out, at most 16 peers, each the same user or root.
///
/// A thread of its own does the input and output (`ControlLoop`); `run` answers the requests as child tasks.
package final class ControlServer: Sendable {
  private let loop: ControlLoop
  private let calls: AsyncStream<ControlLoop.Call>
  private let handler: @Sendable (ControlRequest) async -> ControlResponse

  /// Makes the socket, mode 0600, and starts to accept. The caller holds the folder's lock.
  package init(
    path: String, logger: Logger, handler: @escaping @Sendable (ControlRequest) async -> ControlResponse
  ) throws(ControlFailure) {
    let (calls, continuation) = AsyncStream.makeStream(of: ControlLoop.Call.self)
    self.calls = calls
    self.handler = handler
    loop = try ControlLoop(path: path, logger: logger, calls: continuation)
  }

  /// Answers until `stop` or cancellation; then answers what has come in, closes the socket and removes its file.
  package func run() async {
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for await call in calls {
          group.addTask { [loop, handler] in
            if let response = await Self.response(to: call, handler) { loop.answer(call.client, response) }
          }
        }
      }
    } onCancel: {
      stop()
    }
    await loop.finish()
  }

  /// What the handler says. When the client goes meanwhile its task is cancelled: who is not waited for need not go on (an import stops).
  private static func response(
    to call: ControlLoop.Call, _ handler: @escaping @Sendable (ControlRequest) async -> ControlResponse
  ) async -> ControlResponse? {
    await withTaskGroup(of: ControlResponse?.self) { group in
      group.addTask { await handler(call.request) }
      group.addTask {
        for await _ in call.presence {}
        return nil
      }
      // The first that is over ends the other.
      let first = await group.next() ?? nil
      group.cancelAll()
      if let first { return first }
      // Gone, or the server stops: then somebody waits for the answer all the same.
      return await group.next() ?? nil
    }
  }

  /// Takes no further requests.
  package func stop() { loop.stop() }
}
