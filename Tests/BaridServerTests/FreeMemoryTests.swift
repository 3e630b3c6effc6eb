import Testing

@testable import BaridServer

@Suite struct FreeMemoryTests {
  /// What was freed in small pieces is seen to be free, and goes back to the system.
  @Test func comesBack() {
    let before = FreeMemory.free()
    var pieces: [[UInt8]] = []
    for _ in 0..<50_000 { pieces.append([UInt8](repeating: 1, count: 4_000)) }
    // One in a hundred stays: the heap's top cannot go back by itself.
    pieces = pieces.indices.filter { $0 % 100 == 99 }.map { pieces[$0] }
    let (free, resident) = (FreeMemory.free(), FreeMemory.resident())
    #expect(free - before > 100 << 20)
    FreeMemory.giveBack()
    #expect(resident - FreeMemory.resident() > 100 << 20)
    #expect(pieces.count == 500)
  }
}
