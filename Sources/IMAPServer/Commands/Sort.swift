import IMAP
import Net
import Store

/// SORT and UID SORT (RFC 5256, RFC 5957, RFC 5267's ESORT, RFC 6203).
struct SortCommand: Sendable {
  let sort: IMAPCommand.Sort
  let tag: String
  let context: CommandContext
  let view: ViewSnapshot

  /// Derived data read in one hop.
  static let derivedBatch = 512

  func run() async -> CommandReply {
    var reply = await sorted()
    // RFC 5182 §2.1: with SAVE and NO `$` is empty, as after SEARCH.
    if reply.condition == .no, sort.returns?.save == true, case .none = reply.effect {
      reply.effect = .saved(NumberSet())
    }
    return reply
  }

  private func sorted() async -> CommandReply {
    if let refusal { return refusal }
    do {
      let found = try await MessageSearch(key: sort.key, context: context, view: view).reporting()
      let sorted = try await withTaskExecutorPreference(globalConcurrentExecutor) { try await ordered(found) }
      return try await answer(sorted)
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch let fault as MessageSearch.TooManyTexts {
      return fault.reply
    } catch {
      return .gone
    }
  }

  private var refusal: CommandReply? {
    if let refusal = sort.returns?.refusal(sort.key) { return refusal }
    // RFC 6203 §6
    if sort.criteria.contains(where: { $0.key == .relevancy }), !sort.key.hasFuzzy {
      return .bad("RELEVANCY needs a FUZZY key")
    }
    return nil
  }

  private typealias Ranked = (index: Int, relevancy: UInt8)

  private struct Row {
    var index: Int
    var relevancy: UInt8
    var keys: [SortKeys.Key]
  }

  private func ordered(_ found: MessageSearch.Found) async throws -> [Ranked] {
    var rows: [Row] = []
    rows.reserveCapacity(found.indices.count)
    let maker = SortKeys()
    let needsDerived = SortKeys.needsDerived(sort.criteria)
    var next = 0
    while next < found.indices.count {
      if Task.isCancelled { throw MessageSearch.Cancelled() }
      let batch = found.indices[next...].prefix(Self.derivedBatch)
      let derived =
        needsDerived
        ? try await context.store.derived(batch.map { view.table.email(at: $0) }, of: view.mailbox.account) : []
      for (offset, index) in batch.enumerated() {
        let relevancy = found.relevancy?[next + offset] ?? 100
        let record = view.table[index]
        let keys = sort.criteria.map {
          maker.key($0, record, needsDerived ? derived[offset] : nil, relevancy: relevancy)
        }
        rows.append(Row(index: index, relevancy: relevancy, keys: keys))
      }
      next += batch.count
    }
    rows.sort(by: precedes)
    return rows.map { ($0.index, $0.relevancy) }
  }

  /// RFC 5256 §3: the message number breaks ties, and REVERSE does not turn it round.
  private func precedes(_ left: Row, _ right: Row) -> Bool {
    for (place, criterion) in sort.criteria.enumerated() {
      let (a, b) = (left.keys[place], right.keys[place])
      if a == b { continue }
      return criterion.isReverse ? b < a : a < b
    }
    return left.index < right.index
  }

  private func answer(_ sorted: [Ranked]) async throws -> CommandReply {
    let uids = sorted.map { view.table.uid(at: $0.index) }
    let numbers = sort.isUID ? uids : sorted.map { UInt32($0.index + 1) }
    var responses = context.responses(capacity: numbers.count * 7 + 64)
    let asksModSequence = sort.key.asksModSequence
    func highest(_ told: [Int]) -> Modseq? {
      asksModSequence ? told.map { view.table[sorted[$0].index].modseq }.max() : nil
    }
    guard let returns = sort.returns else {
      responses.sort(numbers, highestModSequence: highest(Array(sorted.indices)))
      try await context.out.write(responses.bytes)
      return .ok("Sort completed")
    }
    var answer = SearchResult(tag: tag, isUID: sort.isUID)
    // RFC 5267 §3.1: lowest and highest in the order that was asked for.
    if returns.min { answer.min = numbers.first }
    if returns.max { answer.max = numbers.last }
    if returns.all { answer.ordered = numbers }
    if returns.count { answer.count = UInt32(numbers.count) }
    if let range = returns.partial { answer.partial = (range, Array(numbers[range.indices(in: numbers.count)])) }
    if returns.relevancy {
      let scores = sorted.map(\.relevancy)
      answer.relevancy = returns.partial.map { Array(scores[$0.indices(in: scores.count)]) } ?? scores
    }
    // RFC 4731 §3.2, RFC 5182 §2.4: of what is told one by one, where only that was asked.
    let told = returns.told(Array(sorted.indices))
    answer.highestModSequence = highest(told)
    if !returns.isSaveAlone { responses.esearch(answer) }
    try await context.out.write(responses.bytes)
    return .ok("Sort completed", effect: returns.save ? .saved(NumberSet(told.map { uids[$0] })) : .none)
  }
}
