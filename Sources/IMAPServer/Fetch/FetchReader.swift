import Store

/// Reads what a FETCH needs of its messages, some at a time: the next ones are read while those before are written.
struct FetchReader: Sendable {
  let plan: FetchPlan
  let store: Store
  let view: ViewSnapshot
  /// The messages, by their place in the table.
  let indices: [Int]

  /// Derived rows asked of the store in one hop.
  private static let derivedBatch = 512
  /// Messages read in one hop at most.
  private static let mostContents = 1_024
  /// Bytes of messages read in one hop; twice that is in memory. The first hop is short, so that the client has something to do.
  private static let contentBatch = 512 << 10
  private static let firstBatch = 64 << 10
  /// A message longer than this is never whole in memory where it need not be.
  static let streamedSize = 256 << 10

  /// Some of the messages, in order.
  struct Portion: Sendable {
    /// Which of `indices`; never empty.
    var range: Range<Int>
    /// One for each; nil where the message is gone, or nothing of it is needed.
    var derived: [Derived?]
    var content: Content
    /// How far the disk was told to go.
    fileprivate var ahead = ReadAhead()

    enum Content: Sendable {
      case notNeeded
      /// One for each message.
      case whole([[UInt8]])
      /// One long message that is read while it is written.
      case streamed
      /// One message that is gone.
      case gone
    }
  }

  /// What comes after `last` (nil: at the beginning); nil at the end.
  func portion(after last: Portion?) async throws(StoreFault) -> Portion? {
    let start = last?.range.upperBound ?? 0
    if start >= indices.count { return nil }
    if !plan.needsContent {
      let range = start..<min(indices.count, start + Self.derivedBatch)
      return Portion(range: range, derived: try await derived(range), content: .notNeeded)
    }
    if isStreamed(start) {
      let derived = try await derived(start..<start + 1)
      return Portion(range: start..<start + 1, derived: derived, content: .streamed)
    }
    let limit = start == 0 ? Self.firstBatch : Self.contentBatch
    let end = end(from: start, limit: limit)
    var ahead = last?.ahead ?? ReadAhead()
    var announced = ahead.places(from: start, of: indices.count) { view.table[indices[$0]].size }
    if announced.upperBound <= end { announced = end..<end }
    let contents: [[UInt8]]
    do throws(StoreFault) {
      contents = try await store.contents(
        emails(start..<end), of: view.mailbox.account, limit: limit, ahead: emails(announced))
    } catch {
      guard error == .noSuchMessage else { throw error }
      return Portion(range: start..<start + 1, derived: [nil], content: .gone, ahead: ahead)
    }
    let range = start..<start + contents.count
    return Portion(range: range, derived: try await derived(range), content: .whole(contents), ahead: ahead)
  }

  /// Where messages of `limit` bytes together end; a long message that will be streamed ends them too.
  private func end(from start: Int, limit: Int) -> Int {
    let most = min(indices.count, start + Self.mostContents)
    var bytes = view.table[indices[start]].size
    var end = start + 1
    while end < most, !isStreamed(end) {
      bytes += view.table[indices[end]].size
      if bytes > limit { break }
      end += 1
    }
    return end
  }

  private func emails(_ places: Range<Int>) -> [EmailID] { places.map { view.table[indices[$0]].email } }

  private func isStreamed(_ place: Int) -> Bool {
    plan.streamed != nil && view.table[indices[place]].size > Self.streamedSize
  }

  private func derived(_ range: Range<Int>) async throws(StoreFault) -> [Derived?] {
    if !plan.needsDerived { return [Derived?](repeating: nil, count: range.count) }
    return try await store.derived(emails(range), of: view.mailbox.account, listing: !plan.needsPreview)
  }
}
