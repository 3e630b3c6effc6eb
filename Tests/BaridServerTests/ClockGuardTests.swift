import Logging
import Synchronization
import Testing

@testable import BaridServer

struct ClockGuardTests {
  final class Clocks: Sendable {
    let reading = Mutex(ClockGuard.Reading(wall: 1_000_000, steady: 50, isSynchronised: false))
    func pass(_ seconds: Int64, jump: Int64 = 0, isSynchronised: Bool = false) {
      reading.withLock {
        $0.wall += seconds + jump
        $0.steady += seconds
        $0.isSynchronised = isSynchronised
      }
    }
  }

  private func make(_ clocks: Clocks, lastSeen: Int64) -> ClockGuard {
    ClockGuard(
      lastSeen: lastSeen, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      read: { clocks.reading.withLock { $0 } })
  }

  @Test(arguments: [(0, true), (86_400, true), (86_401, false), (-300, true), (-301, false)] as [(Int64, Bool)])
  func jumps(_ jump: Int64, _ isTrusted: Bool) {
    let clocks = Clocks()
    let clock = make(clocks, lastSeen: 0)
    clocks.pass(3_600)
    #expect(clock.isTrusted)
    clocks.pass(30 * 86_400, jump: jump)
    #expect(clock.isTrusted == isTrusted)
    clocks.pass(60)
    #expect(clock.isTrusted == isTrusted)
    clock.confirm()
    #expect(clock.isTrusted)
  }

  @Test func whileTheServerWasOff() {
    let clocks = Clocks()
    #expect(make(clocks, lastSeen: 999_000).isTrusted)
    #expect(!make(clocks, lastSeen: 900_000).isTrusted)
    #expect(!make(clocks, lastSeen: 1_000_400).isTrusted)
    let clock = make(clocks, lastSeen: 900_000)
    #expect(!clock.isTrusted)
    clocks.pass(1, isSynchronised: true)
    #expect(clock.isTrusted)
    clocks.pass(1, isSynchronised: false)
    #expect(clock.isTrusted)
  }
}
