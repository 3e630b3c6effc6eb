import IMAP
import Mail
import Net
import Store

/// Finds the messages of the selected mailbox that match a key; SEARCH, SORT and THREAD begin with it.
///
/// Invariants
/// 1. What it finds is what looking into every message would find; the index only says where looking can be spared.
/// 2. It runs off the event loop, holds two batches of messages at most, and ends when its task is cancelled.
struct MessageSearch: Sendable {
  let key: SearchKey
  let context: CommandContext
  let view: ViewSnapshot

  /// Bytes of messages read in one hop; the next ones are read while these are looked into.
  private static let contentBatch = 1 << 20
  /// So few messages are looked into without asking the index.
  private static let fewMessages = 16

  /// Texts in one search at most: each is looked up in every word of the account.
  static let textLimit = 1_000

  struct Found: Sendable {
    /// Indices of the messages that match, ascending.
    var indices: [Int]
    /// 1 to 100 for each, when there was a FUZZY key.
    var relevancy: [UInt8]?
  }

  /// More texts than one search may have.
  struct TooManyTexts: Error {
    var reply: CommandReply { .no("Too many texts in one search", .limit) }
  }

  /// The connection is gone.
  struct Cancelled: Error {}

  /// As `run`; tells meanwhile that it goes on where that may take long.
  func reporting() async throws -> Found {
    try await context.reporting(view.table.count > Self.fewMessages) { try await run() }
  }

  func run() async throws -> Found {
    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await find() }
  }

  private func find() async throws -> Found {
    let matcher = SearchMatcher(key, view: view, facts: try await facts())
    guard matcher.questions.count <= Self.textLimit else { throw TooManyTexts() }
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
    var evidence = SearchMatcher.Evidence()
    let isScored = key.hasFuzzy
    var scores: [Int: Int] = [:]
    if unknown.count > Self.fewMessages {
      evidence.answer = try await context.store.search(matcher.questions, of: view.mailbox.account)
      var rest: [Int] = []
      for index in unknown {
        switch matcher.matches(index: index, record: table[index], evidence) {
        case true?: found.append(index)
        case nil: rest.append(index)
        case false?: break
        }
      }
      unknown = rest
    }
    if isScored { for index in found { scores[index] = matcher.relevancy(table[index], evidence) } }
    try await look(into: unknown, matcher, evidence) { index, evidence in
      found.append(index)
      if isScored { scores[index] = matcher.relevancy(table[index], evidence) }
    }
    found.sort()
    return Found(indices: found, relevancy: isScored ? Self.spread(found.map { scores[$0] ?? 100 }) : nil)
  }

  /// Reads messages and decides about each.
  private func look(
    into unknown: [Int], _ matcher: SearchMatcher, _ known: SearchMatcher.Evidence,
    _ match: (Int, SearchMatcher.Evidence) -> Void
  ) async throws {
    let decoder = CharsetDecoder()
    var portion = try await read(unknown, from: 0, ReadAhead())
    while let current = portion {
      if Task.isCancelled { throw Cancelled() }
      // Others want the processor too.
      await Task.yield()
      async let following = read(unknown, from: current.end, current.ahead)
      for (index, content) in zip(unknown[current.start...], current.contents) {
        var evidence = known
        evidence.text = MessageText(content, decoder: decoder)
        if matcher.matches(index: index, record: view.table[index], evidence) == true { match(index, evidence) }
      }
      portion = try await following
    }
  }

  /// Some of the messages from `start` on; nil at the end.
  private func read(
    _ unknown: [Int], from start: Int, _ ahead: ReadAhead
  ) async throws(StoreFault) -> (start: Int, end: Int, contents: [[UInt8]], ahead: ReadAhead)? {
    if start >= unknown.count { return nil }
    var ahead = ahead
    let announced = ahead.places(from: start, of: unknown.count) { view.table.size(at: unknown[$0]) }
    do throws(StoreFault) {
      let contents = try await context.store.contents(
        unknown[start...].prefix(1_024).map { view.table.email(at: $0) }, of: view.mailbox.account,
        limit: Self.contentBatch, ahead: announced.map { view.table.email(at: unknown[$0]) })
      return (start, start + contents.count, contents, ahead)
    } catch {
      // Expunged by somebody else, or damaged: it matches nothing.
      guard error == .noSuchMessage || error.isDamage else { throw error }
      return (start, start + 1, [], ahead)
    }
  }

  private func facts() async throws(StoreFault) -> SearchFacts {
    var facts = SearchFacts(
      saved: context.savedResult, now: context.service.now(),
      form: context.service.searchesArabic(context.account) ? .arabic : .exact)
    for id in key.threadIDs {
      guard let thread = ObjectID.thread(id, of: view.foreign) else { continue }
      facts.threads[id] = Set(try await context.store.emails(inThread: thread, of: view.mailbox.account))
    }
    return facts
  }

  /// RFC 6203 §4: the scores should use the whole range from 1 to 100.
  private static func spread(_ scores: [Int]) -> [UInt8] {
    guard let least = scores.min(), let most = scores.max(), least < most else {
      return scores.map { UInt8(min(100, max(1, $0))) }
    }
    return scores.map { UInt8(1 + ($0 - least) * 99 / (most - least)) }
  }
}

extension SearchKey {
  /// Whether FUZZY is among the keys.
  var hasFuzzy: Bool {
    switch self {
    case .fuzzy: true
    case .not(let key): key.hasFuzzy
    case .or(let left, let right): left.hasFuzzy || right.hasFuzzy
    case .and(let keys): keys.contains(where: \.hasFuzzy)
    default: false
    }
  }

  /// The threads that are named.
  var threadIDs: [String] {
    switch self {
    case .threadID(let id): [id]
    case .not(let key), .fuzzy(let key): key.threadIDs
    case .or(let left, let right): left.threadIDs + right.threadIDs
    case .and(let keys): keys.flatMap(\.threadIDs)
    default: []
    }
  }

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
