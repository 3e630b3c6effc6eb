/// Many messages that two of a lane's readers read at once: undoing compression takes longer than sending what comes of it.
///
/// The reader that was asked begins; another one takes its share if it is free before all is read. Nobody waits for a busy reader.
final class SharedReading: Sendable {
  private let emails: [EmailID]
  private let account: AccountID
  private let locations: [BlobLocation]
  private let state: Monitor<State>

  private struct State {
    /// The first message that nobody has taken.
    var next = 0
    /// Readers that have taken some and not given them back.
    var busy = 0
    /// One for each message; empty until it is read.
    var contents: [[UInt8]]
    /// The first message that could not be read, as far as is known.
    var failure: (place: Int, fault: StoreFault)?
  }

  /// Bytes that one reader takes at a time.
  private static let share = 32 << 10

  /// As many of the leading `emails` as there are `locations`.
  init(_ emails: [EmailID], of account: AccountID, at locations: [BlobLocation]) {
    self.emails = emails
    self.account = account
    self.locations = locations
    state = Monitor(State(contents: [[UInt8]](repeating: [], count: locations.count)))
  }

  /// True where a second reader is worth its waking: two shares at least, and some 200 µs of decompressing.
  var isLong: Bool {
    var bytes = 0
    for location in locations.dropLast() where location.codec != .plain {
      bytes += location.rawLength
      if bytes >= 2 * Self.share { return true }
    }
    return false
  }

  /// Reads until nothing is left to take. On a reader's own thread.
  func work(_ reader: LaneReader) {
    while let places = take() {
      if let contents = reader.blobs.readRun(locations[places]) {
        put(contents, from: places.lowerBound)
      } else {
        readEach(of: places, reader)
      }
    }
  }

  private func readEach(of places: Range<Int>, _ reader: LaneReader) {
    var contents: [[UInt8]] = []
    contents.reserveCapacity(places.count)
    for place in places {
      do throws(StoreFault) {
        contents.append(try reader.read(emails[place], account, at: locations[place]))
      } catch {
        return put(contents, from: places.lowerBound, (place, error))
      }
    }
    put(contents, from: places.lowerBound)
  }

  /// The leading messages that could be read, when all that was taken is there; throws only what is wrong with the first.
  func result() throws(StoreFault) -> [[UInt8]] {
    let (contents, failure) = state.wait { state -> ([[UInt8]], (place: Int, fault: StoreFault)?)? in
      guard state.busy == 0 else { return nil }
      defer { state.contents = [] }
      return (state.contents, state.failure)
    }
    guard let failure else { return contents }
    if failure.place == 0 { throw failure.fault }
    return Array(contents[..<failure.place])
  }

  private func take() -> Range<Int>? {
    state.withLock { state in
      guard state.next < locations.count, state.failure == nil else { return nil }
      let first = state.next
      var bytes = 0
      repeat {
        bytes += locations[state.next].rawLength
        state.next += 1
      } while state.next < locations.count && bytes < Self.share
      state.busy += 1
      return first..<state.next
    }
  }

  private func put(_ contents: [[UInt8]], from first: Int, _ failure: (place: Int, fault: StoreFault)? = nil) {
    state.update { state in
      for (offset, content) in contents.enumerated() { state.contents[first + offset] = content }
      if let failure, failure.place < state.failure?.place ?? .max { state.failure = failure }
      state.busy -= 1
      return state.busy == 0
    }
  }
}
