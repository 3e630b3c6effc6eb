import IMAP
import Mail
import Net
import Store

/// SEARCH and UID SEARCH (RFC 9051 §6.4.4, RFC 4731, RFC 5182).
struct SearchCommand: Sendable {
  let search: IMAPCommand.Search
  let tag: String
  let context: CommandContext
  let view: ViewSnapshot

  func run() async -> CommandReply {
    var reply = await search()
    // RFC 5182 §2.1: a SEARCH with SAVE that fails with NO empties `$`.
    if reply.condition == .no, search.returns?.save == true, case .none = reply.effect {
      reply.effect = .saved(NumberSet())
    }
    return reply
  }

  private func search() async -> CommandReply {
    // RFC 6855 §3: everything is UTF-8 already.
    if search.charset != nil, context.modes.utf8Accept { return .bad("No charset after ENABLE UTF8=ACCEPT") }
    if let refusal = search.returns?.refusal(search.key) { return refusal }
    do {
      return try await answer(try await MessageSearch(key: search.key, context: context, view: view).reporting())
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch let fault as MessageSearch.TooManyTexts {
      return fault.reply
    } catch {
      return .gone
    }
  }

  private func answer(_ result: MessageSearch.Found) async throws -> CommandReply {
    let found = result.indices
    let uids = found.map { view.table.uid(at: $0) }
    let numbers = search.isUID ? uids : found.map { UInt32($0 + 1) }
    var responses = context.responses(capacity: numbers.count * 7 + 64)
    // RFC 7162 §3.1.5: only when the search itself asked about mod-sequences.
    let asksModSequence = search.key.asksModSequence
    if let returns = search.returns {
      var answer = SearchResult(tag: tag, isUID: search.isUID)
      if returns.min { answer.min = numbers.first }
      if returns.max { answer.max = numbers.last }
      if returns.all { answer.all = NumberSet(ascending: numbers) }
      if returns.count { answer.count = UInt32(numbers.count) }
      if let range = returns.partial { answer.partial = (range, Array(numbers[range.indices(in: numbers.count)])) }
      if asksModSequence { answer.highestModSequence = highestModSequence(returns.told(found)) }
      if returns.relevancy, let scores = result.relevancy {
        answer.relevancy = returns.partial.map { Array(scores[$0.indices(in: scores.count)]) } ?? scores
      }
      // RFC 5182 §2.1: SAVE alone asks for no answer.
      if !returns.isSaveAlone { responses.esearch(answer) }
    } else if context.modes.rev2 {
      // RFC 9051 §6.4.4: ESEARCH with ALL also without RETURN.
      var answer = SearchResult(tag: tag, isUID: search.isUID)
      answer.all = NumberSet(ascending: numbers)
      if asksModSequence { answer.highestModSequence = highestModSequence(found) }
      responses.esearch(answer)
    } else {
      responses.search(numbers, highestModSequence: asksModSequence ? highestModSequence(found) : nil)
    }
    try await context.out.write(responses.bytes)
    let saves = search.returns?.save == true
    return .ok("Search completed", effect: saves ? .saved(NumberSet(search.returns?.told(uids) ?? uids)) : .none)
  }

  private func highestModSequence(_ indices: [Int]) -> Modseq? { indices.map { view.table[$0].modseq }.max() }
}

extension SearchReturn {
  var isSaveAlone: Bool { save && !min && !max && !all && !count && partial == nil && !relevancy }

  /// The results that are told one by one, in the order found: with MIN or MAX and neither ALL nor COUNT only these (RFC 4731
  /// §3.2, RFC 9394 §3.1 adds those of PARTIAL). SAVE keeps them (RFC 5182 §2.4).
  func told<Number>(_ found: [Number]) -> [Number] {
    guard !all, !count, min || max || partial != nil else { return found }
    var kept: Set<Int> = []
    if min, !found.isEmpty { kept.insert(0) }
    if max, !found.isEmpty { kept.insert(found.count - 1) }
    if let partial { kept.formUnion(partial.indices(in: found.count)) }
    return kept.sorted().map { found[$0] }
  }

  /// What is not offered, or not with this key.
  func refusal(_ key: SearchKey) -> CommandReply? {
    // RFC 5267: contexts are not offered.
    if context || update { return .bad("Unknown return option") }
    // RFC 6203 §4
    if relevancy, !key.hasFuzzy { return .bad("RELEVANCY needs a FUZZY key") }
    return nil
  }
}
