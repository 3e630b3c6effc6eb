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
  /// Messages that the store hears of in one hop: it reads the first of them and fetches the others from the disk.
  private static let contentsAhead = 1_024
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

  /// What comes at `start`; nil at the end.
  func portion(from start: Int) async throws(StoreFault) -> Portion? {
    if start >= indices.count { return nil }
    var end = min(indices.count, start + (plan.needsContent ? Self.contentsAhead : Self.derivedBatch))
    if !plan.needsContent {
      return Portion(range: start..<end, derived: try await derived(start..<end), content: .notNeeded)
    }
    if isStreamed(start) {
      let derived = try await derived(start..<start + 1)
      return Portion(range: start..<start + 1, derived: derived, content: .streamed)
    }
    // A long message that will be streamed ends the portion before it.
    end = (start + 1..<end).first(where: isStreamed) ?? end
    let contents: [[UInt8]]
    do throws(StoreFault) {
      contents = try await store.contents(
        indices[start..<end].map { view.table[$0].email }, of: view.mailbox.account,
        limit: start == 0 ? Self.firstBatch : Self.contentBatch)
    } catch {
      guard error == .noSuchMessage else { throw error }
      return Portion(range: start..<start + 1, derived: [nil], content: .gone)
    }
    let range = start..<start + contents.count
    return Portion(range: range, derived: try await derived(range), content: .whole(contents))
  }

  private func isStreamed(_ place: Int) -> Bool {
    plan.streamed != nil && view.table[indices[place]].size > Self.streamedSize
  }

  private func derived(_ range: Range<Int>) async throws(StoreFault) -> [Derived?] {
    if !plan.needsDerived { return [Derived?](repeating: nil, count: range.count) }
    return try await store.derived(
      indices[range].map { view.table[$0].email }, of: view.mailbox.account, listing: !plan.needsPreview)
  }
}
