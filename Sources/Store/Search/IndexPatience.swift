import Glibc

/// How long the indexing thread waits before it works. Times are milliseconds of a steady clock.
///
/// Messages that come one by one shall not make a part each, so it waits for `least`. While mail streams in, its senders need the
/// processor more than the index does, so it waits until they are done, but not longer than `most`, and not with too much to do.
struct IndexPatience {
  /// So many messages a second are a stream.
  static let stream = 200
  /// With so many waiting a search would have to look into too much.
  static let mostPending = 20_000

  private let least: Int
  private let most: Int
  private var begun: Int?
  private var looked = 0

  init(least: Int, most: Int) {
    self.least = least
    self.most = most
  }

  /// Whether to wait on. `arrived`: messages since the last look; before the first one nobody knows since when.
  mutating func goesOn(at now: Int, arrived: Int, pending: Int) -> Bool {
    guard let begun else {
      (begun, looked) = (now, now)
      return arrived > 0 && pending < Self.mostPending && most > 0 || least > 0
    }
    let isStreaming = arrived > 0 && arrived * 1_000 >= Self.stream * (now - looked)
    looked = now
    if now - begun < least { return true }
    return isStreaming && pending < Self.mostPending && now - begun < most
  }

  static var now: Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
  }
}
