import ArgumentParser
import Control
import Phrases

extension StoreCommand {
  struct Reindex: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reindex", abstract: Speech.say(.helpStoreReindex))
    @Argument(help: ArgumentHelp(Speech.say(.helpArgumentReindexed))) var address: String?
    @OptionGroup var options: ConfigOption

    func run() async throws {
      let desk = Desk(settings: try options.settings())
      let addresses: [String]
      if let address {
        addresses = [address]
      } else {
        addresses = try await desk.ask("account list").list?.compactMap { $0["address"]?.text } ?? []
      }
      for address in addresses { try await reindex(address, desk) }
    }

    /// In steps, each short enough for the control socket's patience.
    private func reindex(_ address: String, _ desk: Desk) async throws {
      var messages: Int64 = 0
      var damaged: Int64 = 0
      var after: Int64 = 0
      while true {
        let result = try await desk.ask("store reindex", ["address": .text(address), "after": .int(after)])
        messages += result["messages"]?.int ?? 0
        damaged += result["damaged"]?.int ?? 0
        if let next = result["after"]?.int {
          after = next
          continue
        }
        Terminal.print(.reindexed(address, messages: Int(messages), damaged: Int(damaged)))
        if result["isIndexed"]?.bool != true { Terminal.print(.reindexContinues(address)) }
        return
      }
    }
  }
}
