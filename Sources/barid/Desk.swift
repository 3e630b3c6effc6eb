import ArgumentParser
import BaridServer
import Control
import Phrases

/// Where commands that change or ask the data folder are carried out: by the running server through its control socket, or,
/// where none runs, on the folder itself under its lock.
struct Desk {
  let settings: ServerSettings

  /// Carries out `verb` and shows the answer: as JSON, or in words with `rows` for a list.
  func run(
    _ verb: String, _ arguments: [String: ControlValue] = [:], json: Bool = false,
    needsServer: Bool = false, show: (ControlValue) -> String? = { _ in nil }
  ) async throws {
    let request = ControlRequest(verb, arguments, language: language)
    let response = try await answer(request, needsServer: needsServer)
    if !response.isDone { throw Terminal.fail(response.text) }
    if json { return Terminal.print(try response.result.json()) }
    if let text = show(response.result) { Terminal.print(text) }
    if !response.text.isEmpty { Terminal.print(response.text) }
    if let password = response.result["password"]?.text { Terminal.print(.passwordShownOnce(password)) }
  }

  /// Carries out `verb` and gives its result, for commands that take several steps; a refusal ends the command.
  func ask(_ verb: String, _ arguments: [String: ControlValue] = [:]) async throws -> ControlValue {
    let response = try await answer(ControlRequest(verb, arguments, language: language), needsServer: false)
    if !response.isDone { throw Terminal.fail(response.text) }
    return response.result
  }

  /// The configuration's language speaks where nothing else was said.
  private var language: Language { Speech.chosen ?? Language(rawValue: settings.language) ?? .english }

  private func answer(_ request: ControlRequest, needsServer: Bool) async throws -> ControlResponse {
    do throws(ControlFailure) {
      return try ControlClient.call(ControlClient.socketPath(in: settings.dataFolder), request)
    } catch .notRunning where !needsServer {
      return try await answerFromFolder(request)
    } catch {
      throw Terminal.fail(error.phrase)
    }
  }

  private func answerFromFolder(_ request: ControlRequest) async throws -> ControlResponse {
    let folder: DataFolder
    do throws(StartFault) {
      // Nobody listens to these logs: what matters is in the answer.
      folder = try DataFolder.open(settings, loggers: { SilentLog.logger($0) })
    } catch {
      throw Terminal.fail(error.phrase)
    }
    let response = await ControlVerbs(
      directory: folder.directory, store: folder.store, allowsZeroDays: settings.pop3.allowsZeroDays
    ).answer(request)
    await folder.close()
    return response
  }
}

extension ControlValue {
  /// A cell of a table.
  func cell(_ name: String) -> String {
    switch self[name] {
    case .text(let text)?: text
    case .int(let number)?: String(number)
    case .bool(let flag)?: flag ? "+" : "-"
    case .list(let items)?: items.compactMap(\.text).joined(separator: ", ")
    default: "-"
    }
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
