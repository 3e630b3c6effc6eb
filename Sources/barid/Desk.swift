import ArgumentParser
import BaridServer
import Control
import Glibc
import Mail
import Phrases

/// Where commands that change or ask the data folder are carried out: by the running server through its control socket, or,
/// where none runs, on the folder itself under its lock.
struct Desk {
  /// A request that is carried out without a data folder; it tells how far it is.
  typealias Alone = (ControlRequest, @escaping @Sendable (Int64, Int64) -> Void) -> ControlResponse

  let settings: ServerSettings

  /// Carries out `verb` and shows the answer: as JSON, or in words with `rows` for a list. `makesFolder`: where there is no data
  /// folder yet, one is made; `alone`: what a long command does without one.
  func run(
    _ verb: String, _ arguments: [String: ControlValue] = [:], json: Bool = false,
    needsServer: Bool = false, makesFolder: Bool = false, isLong: Bool = false, failsUnless: String? = nil,
    show: (ControlValue) -> String? = { _ in nil }, alone: Alone? = nil
  ) async throws {
    var request = ControlRequest(verb, arguments, language: language)
    let response: ControlResponse
    if isLong {
      let job = "\(getpid())"
      request.arguments["job"] = .text(job)
      response = try await answerSlowly(request, job, alone)
    } else {
      response = try await answer(request, needsServer: needsServer, makesFolder: makesFolder)
    }
    if !response.isDone { throw Terminal.fail(response.text) }
    if json {
      Terminal.print(try response.result.json())
      if let failsUnless, response.result[failsUnless]?.bool == false { throw ExitCode.failure }
      return
    }
    if let text = show(response.result) { Terminal.print(text) }
    if !response.text.isEmpty { Terminal.print(response.text) }
    if let password = response.result["password"]?.text { Terminal.print(.passwordShownOnce(password)) }
    if let failsUnless, response.result[failsUnless]?.bool == false { throw ExitCode.failure }
  }

  /// Carries out `verb` and gives its result, for commands that take several steps; a refusal ends the command.
  func ask(_ verb: String, _ arguments: [String: ControlValue] = [:]) async throws -> ControlValue {
    let response = try await answer(ControlRequest(verb, arguments, language: language))
    if !response.isDone { throw Terminal.fail(response.text) }
    return response.result
  }

  /// The configuration's language speaks where nothing else was said.
  private var language: Language { Speech.chosen ?? Language(rawValue: settings.language) ?? .english }

  private func answer(
    _ request: ControlRequest, needsServer: Bool = false, makesFolder: Bool = false
  ) async throws -> ControlResponse {
    do throws(ControlFailure) {
      return try ControlClient.call(ControlClient.socketPath(in: settings.dataFolder), request)
    } catch .notRunning where !needsServer {
      return try await answerFromFolder(request, makesFolder: makesFolder)
    } catch {
      if error == .notRunning { try Self.refusing { () throws(StartFault) in try DataFolder.require(settings) } }
      throw Terminal.fail(error.phrase)
    }
  }

  /// A command that may take minutes: while it runs a bar shows how far it is.
  private func answerSlowly(
    _ request: ControlRequest, _ job: String, _ alone: Alone?
  ) async throws -> ControlResponse {
    let socket = ControlClient.socketPath(in: settings.dataFolder)
    if ControlClient.isRunning(socket) {
      return try await beside(
        { () throws(ControlFailure) in try ControlClient.call(socket, request, patience: 0) },
        progress: {
          do throws(ControlFailure) {
            let answer = try ControlClient.call(socket, ControlRequest("progress", ["job": .text(job)]))
            guard let done = answer.result["done"]?.int, let total = answer.result["total"]?.int else { return nil }
            return (done, total)
          } catch { return nil }
        })
    }
    if let alone, !DataFolder.isPresent(settings) {
      let bar = ProgressBar()
      defer { bar.clear() }
      return alone(request) { bar.show($0, of: $1) }
    }
    let folder = try openFolder(makes: false)
    let verbs = ControlVerbs(directory: folder.directory, store: folder.store)
    let response = try await beside(
      { () throws(ControlFailure) in await verbs.answer(request) }, progress: { verbs.progress.of(job) })
    await folder.close()
    return response
  }

  private func beside(
    _ work: @escaping @Sendable () async throws(ControlFailure) -> ControlResponse,
    progress: @escaping @Sendable () -> (done: Int64, total: Int64)?
  ) async throws -> ControlResponse {
    let result = await withTaskGroup(of: Result<ControlResponse, ControlFailure>?.self) { group in
      group.addTask {
        do throws(ControlFailure) { return .success(try await work()) } catch { return .failure(error) }
      }
      group.addTask {
        let bar = ProgressBar()
        while !Task.isCancelled {
          do { try await Task.sleep(for: .milliseconds(250)) } catch { break }
          if let now = progress() { bar.show(now.done, of: now.total) }
        }
        bar.clear()
        return nil
      }
      var answer: Result<ControlResponse, ControlFailure>?
      for await outcome in group {
        guard let outcome else { continue }
        answer = outcome
        group.cancelAll()
      }
      return answer
    }
    switch result {
    case .success(let response)?: return response
    case .failure(let failure)?: throw Terminal.fail(failure.phrase)
    case nil: throw Terminal.fail(.serverNotRunning)
    }
  }

  private func answerFromFolder(_ request: ControlRequest, makesFolder: Bool) async throws -> ControlResponse {
    let folder = try openFolder(makes: makesFolder)
    let response = await ControlVerbs(
      directory: folder.directory, store: folder.store, allowsZeroDays: { [settings] in settings.pop3.allowsZeroDays }
    ).answer(request)
    await folder.close()
    return response
  }

  /// Nobody listens to the logs: what matters is in the answer.
  private func openFolder(makes: Bool) throws -> DataFolder {
    let isNew = makes && !DataFolder.isPresent(settings)
    return try Self.refusing { () throws(StartFault) in
      if !isNew { try DataFolder.require(settings) }
      let folder = try DataFolder.open(settings, loggers: { SilentLog.logger($0) })
      if isNew { Terminal.print(.dataFolderMade(settings.dataFolder)) }
      return folder
    }
  }

  /// Runs `body`; a fault is said, and ends the command.
  static func refusing<Value>(_ body: () throws(StartFault) -> Value) throws -> Value {
    do throws(StartFault) { return try body() } catch { throw Terminal.fail(error.phrase) }
  }
}

extension ControlValue {
  /// A cell of a table.
  func cell(_ name: String) -> String {
    switch self[name] {
    case .text(let text)?: text.asLine
    case .int(let number)?: String(number)
    case .bool(let flag)?: flag ? "+" : "-"
    case .list(let items)?: items.compactMap(\.text).map(\.asLine).joined(separator: ", ")
    default: "-"
    }
  }

  /// A cell that shows addresses or domains as people read them.
  func address(_ name: String) -> String {
    switch self[name] {
    case .text(let text)?: Self.readable(text)
    case .list(let items)?: items.compactMap(\.text).map(Self.readable).joined(separator: ", ")
    default: "-"
    }
  }

  /// With U-labels (RFC 5890 §2.3.2.1).
  private static func readable(_ address: String) -> String {
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard let last = parts.last else { return address }
    do throws(AddressError) {
      return (parts.dropLast().map(String.init) + [try Domain(String(last)).unicode]).joined(separator: "@").asLine
    } catch { return address.asLine }
  }

  /// A cell that shows bytes as a size, rounded.
  func size(_ name: String) -> String {
    guard let bytes = self[name]?.int else { return "-" }
    return ByteSize.rounded(Int(bytes))
  }

  /// A cell that shows seconds since 1970 as a time.
  func time(_ name: String) -> String? {
    self[name]?.int.map { Timestamp.minutes(seconds: Int($0)) }
  }

  /// The rows of a list as a table; nil where it is empty.
  func table(_ head: [Phrase], _ row: (ControlValue) -> [String]) -> String? {
    guard let list, !list.isEmpty else { return nil }
    return Terminal.table(head.map(Speech.say), list.map(row))
  }
}
