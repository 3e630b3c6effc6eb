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
  /// A message longer than this is not whole in memory.
  static let longSize = 256 << 10
  /// Where headers are all that is asked for, so much is read of a message; a longer header is read on by itself.
  private static let headSize = 16 << 10

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
      /// The first octets of each message.
      case heads([[UInt8]])
      /// One long message that is read while it is written.
      case long
      /// One message that is gone.
      case gone
      /// One message whose bytes on the disk are not what was written.
      case damaged
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
    let way = way(start)
    if way == .long {
      let derived = try await derived(start..<start + 1)
      return Portion(range: start..<start + 1, derived: derived, content: .long, ahead: last?.ahead ?? ReadAhead())
    }
    let limit = start == 0 ? Self.firstBatch : Self.contentBatch
    let end = end(from: start, way, limit: limit)
    var ahead = last?.ahead ?? ReadAhead()
    let contents: [[UInt8]]
    do throws(StoreFault) {
      if way == .head {
        contents = try await store.heads(emails(start..<end), of: view.mailbox.account, length: Self.headSize)
      } else {
        contents = try await store.contents(
          emails(start..<end), of: view.mailbox.account, limit: limit, ahead: announced(start..<end, &ahead))
      }
    } catch {
      guard error == .noSuchMessage || error.isDamage else { throw error }
      return Portion(
        range: start..<start + 1, derived: [nil], content: error.isDamage ? .damaged : .gone, ahead: ahead)
    }
    let range = start..<start + contents.count
    return Portion(
      range: range, derived: try await derived(range), content: way == .head ? .heads(contents) : .whole(contents),
      ahead: ahead)
  }

  /// What the system fetches from the disk by now: only what will be read whole.
  private func announced(_ range: Range<Int>, _ ahead: inout ReadAhead) -> [EmailID] {
    let places = ahead.places(from: range.lowerBound, of: indices.count) { way($0) == .whole ? size($0) : 0 }
    if places.upperBound <= range.upperBound { return [] }
    return places.filter { way($0) == .whole }.map { view.table.email(at: indices[$0]) }
  }

  /// How a message is read.
  private enum Way {
    case whole, head, long
  }

  private func way(_ place: Int) -> Way {
    if plan.needsHeadersOnly { return size(place) > Self.headSize ? .head : .whole }
    return size(place) > Self.longSize ? .long : .whole
  }

  private func size(_ place: Int) -> Int { view.table.size(at: indices[place]) }

  /// Where messages of `limit` bytes together end that are read the same way.
  private func end(from start: Int, _ way: Way, limit: Int) -> Int {
    func read(_ place: Int) -> Int { way == .head ? Self.headSize : size(place) }
    let most = min(indices.count, start + Self.mostContents)
    var bytes = read(start)
    var end = start + 1
    while end < most, self.way(end) == way {
      bytes += read(end)
      if bytes > limit { break }
      end += 1
    }
    return end
  }

  private func emails(_ places: Range<Int>) -> [EmailID] { places.map { view.table.email(at: indices[$0]) } }

  private func derived(_ range: Range<Int>) async throws(StoreFault) -> [Derived?] {
    if !plan.needsDerived { return [Derived?](repeating: nil, count: range.count) }
    return try await store.derived(emails(range), of: view.mailbox.account, listing: !plan.needsPreview)
  }
}

extension StoreFault {
  /// The bytes of a message are not what was written.
  var isDamage: Bool { if case .damaged = self { true } else { false } }
}
