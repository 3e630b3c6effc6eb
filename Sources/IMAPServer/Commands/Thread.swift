import IMAP
import Mail
import Net
import Store

/// THREAD and UID THREAD (RFC 5256): ORDEREDSUBJECT, REFERENCES and REFS.
struct ThreadCommand: Sendable {
  let thread: IMAPCommand.ThreadSearch
  let context: CommandContext
  let view: ViewSnapshot

  func run() async -> CommandReply {
    guard let algorithm = Threading(rawValue: thread.algorithm) else { return .bad("Unknown threading algorithm") }
    do {
      let found = try await MessageSearch(key: thread.key, context: context, view: view).reporting()
      let forest = try await withTaskExecutorPreference(globalConcurrentExecutor) {
        algorithm.forest(of: try await messages(found.indices))
      }
      var responses = context.responses(capacity: found.indices.count * 9 + 64)
      responses.thread(forest)
      try await context.out.write(responses.bytes)
      return .ok("Thread completed")
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch let fault as MessageSearch.TooManyTexts {
      return fault.reply
    } catch {
      return .gone
    }
  }

  private func messages(_ indices: [Int]) async throws -> [ThreadedMessage] {
    var messages: [ThreadedMessage] = []
    messages.reserveCapacity(indices.count)
    var next = 0
    while next < indices.count {
      if Task.isCancelled { throw MessageSearch.Cancelled() }
      let batch = indices[next...].prefix(SortCommand.derivedBatch)
      let derived = try await context.store.derived(batch.map { view.table.email(at: $0) }, of: view.mailbox.account)
      for (index, derived) in zip(batch, derived) {
        let record = view.table[index]
        let number = thread.isUID ? record.uid : UInt32(index + 1)
        messages.append(ThreadedMessage(number, record, derived))
      }
      next += batch.count
    }
    return messages
  }
}

extension ThreadedMessage {
  init(_ number: UInt32, _ record: MessageRecord, _ derived: Derived?) {
    let subject = BaseSubject(derived?.subject ?? "")
    var references = derived?.threadKeys ?? []
    // The last key is the message's own id.
    if let id = derived?.messageID, references.last == id { references.removeLast() }
    self.init(
      number: number, id: derived?.messageID, references: references, subject: SortKeys.collated(subject.text),
      isReply: subject.isReplyOrForward, sent: derived?.sentAt ?? record.internalDate, arrived: record.internalDate)
  }
}
