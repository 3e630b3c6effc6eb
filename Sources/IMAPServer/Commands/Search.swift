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

  /// Bytes of messages read in one hop.
  private static let contentBatch = 4 << 20

  func run() async -> CommandReply {
    var reply = await search()
    // RFC 5182 §2.1: a SEARCH with SAVE that fails with NO empties `$`.
    if reply.condition == .no, search.returns?.save == true, case .none = reply.effect {
      reply.effect = .saved(NumberSet())
    }
    return reply
  }

  private func search() async -> CommandReply {
    if let refusal { return refusal }
    let matcher = SearchMatcher(
      search.key, view: view, saved: context.savedResult, now: context.service.now())
    do {
      let found = try await withTaskExecutorPreference(globalConcurrentExecutor) { try await matches(matcher) }
      return try await answer(found)
    } catch let fault as StoreFault {
      return CommandReply(fault)
    } catch {
      return .gone
    }
  }

  private var refusal: CommandReply? {
    if let charset = search.charset, !["UTF-8", "US-ASCII"].contains(charset.uppercased()) {
      return .no("Search texts must be in UTF-8", .badCharset(["UTF-8", "US-ASCII"]))
    }
    // RFC 6855 §3: everything is UTF-8 already.
    if search.charset != nil, context.modes.utf8Accept { return .bad("No charset after ENABLE UTF8=ACCEPT") }
    // RFC 5267 and RFC 6203 are not offered.
    if let returns = search.returns, returns.context || returns.update || returns.relevancy {
      return .bad("Unknown return option")
    }
    return nil
  }

  /// Indices of the messages that match, ascending. Runs off the event loop: looking into texts takes long.
  private func matches(_ matcher: SearchMatcher) async throws(StoreFault) -> [Int] {
    let table = view.table
    var found: [Int] = []
    var unknown: [Int] = []
    table.forEach(in: nil) { index, record in
      switch matcher.matches(index: index, record: record) {
      case true?: found.append(index)
      case nil: unknown.append(index)
      case false?: break
      }
    }
    if unknown.isEmpty { return found }
    let decoder = CharsetDecoder()
    var next = 0
    while next < unknown.count {
      let rest = unknown[next...].prefix(4_096)
      let contents: [[UInt8]]
      do {
        contents = try await context.store.contents(
          rest.map { table[$0].email }, of: context.account, limit: Self.contentBatch)
      } catch {
        // Expunged by somebody else, or damaged: it matches nothing.
        guard error == .noSuchMessage || error.isDamage else { throw error }
        next += 1
        continue
      }
      for content in contents {
        let index = unknown[next]
        next += 1
        let message = SearchedMessage(content, decoder: decoder)
        if matcher.matches(index: index, record: table[index], message: message) { found.append(index) }
      }
    }
    return found.sorted()
  }

  private func answer(_ found: [Int]) async throws -> CommandReply {
    let uids = found.map { view.table.uid(at: $0) }
    let numbers = search.isUID ? uids : found.map { UInt32($0 + 1) }
    var responses = context.responses(capacity: numbers.count * 7 + 64)
    // RFC 7162 §3.1.5: only when the search itself asked about mod-sequences.
    let asksModSequence = search.key.asksModSequence
    if let returns = search.returns {
      var result = SearchResult(tag: tag, isUID: search.isUID)
      if returns.min { result.min = numbers.first }
      if returns.max { result.max = numbers.last }
      if returns.all { result.all = NumberSet(ascending: numbers) }
      if returns.count { result.count = UInt32(numbers.count) }
      if let range = returns.partial { result.partial = (range, Array(numbers[range.indices(in: numbers.count)])) }
      if asksModSequence { result.highestModSequence = highestModSequence(told(found)) }
      // RFC 5182 §2.1: SAVE alone asks for no answer.
      if !returns.isSaveAlone { responses.esearch(result) }
    } else if context.modes.rev2 {
      // RFC 9051 §6.4.4: ESEARCH with ALL also without RETURN.
      var result = SearchResult(tag: tag, isUID: search.isUID)
      result.all = NumberSet(ascending: numbers)
      if asksModSequence { result.highestModSequence = highestModSequence(found) }
      responses.esearch(result)
    } else {
      responses.search(numbers, highestModSequence: asksModSequence ? highestModSequence(found) : nil)
    }
    try await context.out.write(responses.bytes)
    let saves = search.returns?.save == true
    return .ok("Search completed", effect: saves ? .saved(saved(uids)) : .none)
  }

  /// RFC 5182 §2.4: with MIN or MAX alone only these messages are saved.
  private func saved(_ uids: [UID]) -> NumberSet { NumberSet(told(uids)) }

  /// The results that are told one by one: with MIN or MAX and neither ALL nor COUNT only these (RFC 4731 §3.2, RFC 9394
  /// §3.1 adds those of PARTIAL).
  private func told<Number: Hashable & Comparable>(_ found: [Number]) -> [Number] {
    guard let returns = search.returns, !returns.all, !returns.count,
      returns.min || returns.max || returns.partial != nil
    else { return found }
    var kept: Set<Number> = []
    if returns.min, let first = found.first { kept.insert(first) }
    if returns.max, let last = found.last { kept.insert(last) }
    if let range = returns.partial { kept.formUnion(found[range.indices(in: found.count)]) }
    return kept.sorted()
  }

  private func highestModSequence(_ indices: [Int]) -> Modseq? { indices.map { view.table[$0].modseq }.max() }
}

extension StoreFault {
  fileprivate var isDamage: Bool { if case .damaged = self { true } else { false } }
}

extension SearchReturn {
  fileprivate var isSaveAlone: Bool { save && !min && !max && !all && !count && partial == nil }
}

extension SearchKey {
  /// Whether MODSEQ is among the keys.
  var asksModSequence: Bool {
    switch self {
    case .modSequence: true
    case .not(let key), .fuzzy(let key): key.asksModSequence
    case .or(let left, let right): left.asksModSequence || right.asksModSequence
    case .and(let keys): keys.contains(where: \.asksModSequence)
    default: false
    }
  }
}
