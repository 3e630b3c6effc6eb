import IMAP
import Net
import Store

/// COPY, MOVE and their UID forms (RFC 9051 §6.4.7, RFC 6851).
struct CopyCommand: Sendable {
  let copy: IMAPCommand.Copy
  let isMove: Bool
  let context: CommandContext
  let view: ViewSnapshot

  func run() async -> CommandReply {
    do {
      let chosen = try Chosen(copy.set, isUID: copy.isUID, in: view, saved: context.savedResult)
      let uids = chosen.uids(in: view.table)
      let destination = try await context.mailbox(copy.mailbox)
      guard destination.info.isSelectable else { throw StoreFault.noSuchMailbox }
      // RFC 4314 §4, RFC 6851 §4.2.
      try destination.needs(.insert)
      if isMove, !view.rights.isSuperset(of: [.deleteMessages, .expunge]) { throw StoreFault.noPermission }
      // Nothing to do is done (RFC 9051 §6.4.9).
      if uids.isEmpty { return .ok(isMove ? "Nothing to move" : "Nothing to copy") }
      let keeping = context.changeableFlags(destination).union(.hidden)
      let (id, owner) = (destination.info.id, destination.owner)
      let (store, source, isMove) = (context.store, view.mailbox, isMove)
      let result = try await context.reporting(uids.count > 1_000) { () async throws(StoreFault) in
        isMove
          ? try await store.move(uids, from: source, to: id, of: owner, keeping: keeping)
          : try await store.copy(uids, from: source, to: id, of: owner, keeping: keeping)
      }
      return try await answer(result).adding(NumberSet(result.destination), to: destination)
    } catch let refusal as CommandRefusal {
      return refusal.reply
    } catch StoreFault.noSuchMailbox {
      // RFC 9051 §6.4.7: the client may CREATE it and try again.
      return .no("No such mailbox", .tryCreate)
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
  }

  private func answer(_ result: CopyResult) async throws -> CommandReply {
    guard !result.source.isEmpty else {
      // RFC 9051 §6.4.9: by UID what is not there is passed over without an error; EXPUNGE follows at once.
      return copy.isUID
        ? .ok(isMove ? "Nothing to move" : "Nothing to copy")
        : .no("The messages have been deleted", .expungeIssued)
    }
    let code = ResponseCode.copyUID(
      uidValidity: result.uidValidity, source: result.source, destination: result.destination)
    guard isMove else { return .ok("Copy completed", code) }
    // RFC 6851 §4.3: before the EXPUNGE responses, which the view's update brings.
    var responses = context.responses()
    responses.status(.ok, code, "Moved")
    try await context.out.write(responses.bytes)
    return .ok("Move completed", effect: .expunged)
  }
}
