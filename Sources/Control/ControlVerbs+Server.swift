internal import Phrases

extension ControlVerbs {
  func serverStatus(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let facts = try await running().status()
    return (facts["pid"]?.int.map { .serverRunning(pid: Int($0)) }, .object(facts))
  }

  func serverReload(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let waiting = try (try await running().reload()).get()
    return (
      waiting.isEmpty ? .serverReloaded : .serverReloadedExcept(waiting.joined(separator: ", ")),
      ["needRestart": .list(waiting.map { .text($0) })]
    )
  }

  func serverStop(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let server = try running()
    server.stop()
    return (.serverStopAsked, .null)
  }

  private func running() throws(ControlRefusal) -> Server {
    guard let server else { throw ControlRefusal(.serverNotRunning) }
    return server
  }
}
