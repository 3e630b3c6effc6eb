import Logging
import Testing

@testable import BaridServer

@Suite struct FreeMemoryTests {
  /// What was freed in small pieces by other threads goes back to the system.
  @Test func comesBack() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var pieces: [[UInt8]] = []
          for _ in 0..<10_000 { pieces.append([UInt8](repeating: 1, count: 4_000)) }
          pieces.removeAll()
        }
      }
    }
    let before = FreeMemory.resident()
    #expect(before > 1 << 20)
    let after = FreeMemory.giveBack()
    #expect(after <= before)
    #expect(FreeMemory.resident() < before + (8 << 20))
  }
}
