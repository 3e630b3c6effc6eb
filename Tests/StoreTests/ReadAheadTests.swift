import Testing

@testable import Store

@Suite struct ReadAheadTests {
  /// Every place is announced once, in order, before it is read, and never much more than two steps ahead.
  @Test(arguments: [1, 1_000, 100_000, 20 << 20])
  func announces(_ size: Int) {
    let count = 3_000
    var ahead = ReadAhead()
    var announced = 0
    var position = 0
    while position < count {
      let places = ahead.places(from: position, of: count) { _ in size }
      #expect(places.lowerBound == announced || places.isEmpty)
      announced = max(announced, places.upperBound)
      #expect(announced > position)
      #expect((announced - position - 2) * size <= 2 * ReadAhead.step)
      position += 1
    }
    #expect(announced == count)
  }

  /// Who jumps ahead loses nothing.
  @Test func jumps() {
    var ahead = ReadAhead()
    #expect(ahead.places(from: 0, of: 100) { _ in ReadAhead.step } == 0..<1)
    #expect(ahead.places(from: 50, of: 100) { _ in ReadAhead.step } == 50..<51)
    #expect(ahead.places(from: 100, of: 100) { _ in 1 }.isEmpty)
  }
}
