import Logging
import Synchronization
import Testing

@testable import Store

struct ClockGuardTests {
  /// Two clocks and the kernel's word.
  final class Clocks: Sendable {
    private struct State {
      var wall: Int64 = 1_000_000
      var steady: Int64 = 50
      var isSynchronised = false
    }
    private let state = Mutex(State())

    func pass(_ seconds: Int64, jump: Int64 = 0, isSynchronised: Bool = false) {
      state.withLock {
        $0.wall += seconds + jump
        $0.steady += seconds
        $0.isSynchronised = isSynchronised
      }
    }

    func options(_ change: (inout StoreOptions) -> Void = { _ in }) -> StoreOptions {
      Fixture.options { options in
        options.now = { self.state.withLock { $0.wall } }
        options.steadySeconds = { self.state.withLock { $0.steady } }
        options.clockIsSynchronised = { self.state.withLock { $0.isSynchronised } }
        options.lackingRoom = { 0 }
        change(&options)
      }
    }

    func guarded(seen: Int64) -> ClockGuard {
      let clock = ClockGuard(options(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      clock.learn(seen: seen)
      clock.begin()
      return clock
    }
  }

  @Test(arguments: [(0, true), (86_400, true), (86_401, false), (-300, true), (-301, false)] as [(Int64, Bool)])
  func jumps(_ jump: Int64, _ isTrusted: Bool) {
    let clocks = Clocks()
    let clock = clocks.guarded(seen: 0)
    clocks.pass(3_600)
    #expect(!clock.moment.isInDoubt)
    clocks.pass(30 * 86_400, jump: jump)
    #expect(clock.moment.isInDoubt == !isTrusted)
    clocks.pass(60)
    #expect(clock.moment.isInDoubt == !isTrusted)
    clock.confirm()
    #expect(!clock.moment.isInDoubt)
  }

  @Test func whileTheServerWasOff() {
    let clocks = Clocks()
    #expect(!clocks.guarded(seen: 999_000).moment.isInDoubt)
    #expect(clocks.guarded(seen: 900_000).moment.isInDoubt)
    #expect(clocks.guarded(seen: 1_000_400).moment.isInDoubt)
    let clock = clocks.guarded(seen: 900_000)
    #expect(clock.moment.isInDoubt)
    clocks.pass(1, isSynchronised: true)
    #expect(!clock.moment.isInDoubt)
    clocks.pass(1, isSynchronised: false)
    #expect(!clock.moment.isInDoubt)
  }

  /// What happens meanwhile is dated as if time had gone on evenly.
  @Test func timeInDoubtGoesOnEvenly() {
    let clocks = Clocks()
    let clock = clocks.guarded(seen: 0)
    #expect(clock.moment.stamp == 1_000_000)
    clocks.pass(100, jump: 1_000_000_000)
    #expect(clock.moment.stamp == 1_000_101)
    clocks.pass(100, jump: -1_000_000_000)
    #expect(clock.moment.stamp == 1_000_200)
  }

  private func remove(_ uid: UID, _ fixture: Fixture) async throws {
    let inbox = try await fixture.inbox()
    _ = try await fixture.store.setFlags(FlagChange(uids: [uid], mode: .add, flags: .deleted), in: inbox)
    #expect(try await fixture.store.expunge([uid], in: inbox) == [uid])
  }

  /// Off for forty days: where the kernel says that its clock is right nobody is asked, else somebody is.
  @Test(arguments: [true, false])
  func offForLong(_ isSynchronised: Bool) async throws {
    let clocks = Clocks()
    let fixture = try await Fixture(clocks.options())
    try await fixture.deliver("one")
    try await fixture.deliver("two")
    try await remove(1, fixture)
    await fixture.close()
    clocks.pass(0, jump: 40 * 86_400, isSynchronised: isSynchronised)
    try await fixture.reopen(clocks.options())
    let report = try await fixture.store.collect()
    #expect(report.isTimeInDoubt == !isSynchronised)
    #expect(report.expired == (isSynchronised ? 1 : 0))
    if isSynchronised { return }
    // What is removed while nobody knows the time keeps its thirty days when the time is confirmed.
    try await remove(2, fixture)
    clocks.pass(3_600)
    try await fixture.store.confirmTime()
    #expect(try await fixture.store.collect().expired == 1)
    #expect(try await fixture.store.deletedMessages(of: Fixture.account).map(\.uid) == [2])
    clocks.pass(29 * 86_400)
    #expect(try await fixture.store.collect().expired == 0)
    clocks.pass(2 * 86_400)
    #expect(try await fixture.store.collect().expired == 1)
    // Confirmed once is confirmed for the next start too.
    try await fixture.reopen(clocks.options())
    #expect(!fixture.store.isTimeInDoubt)
  }

  /// A clock that was wrong and synchronised, as by a bad time server: when it comes back, time on disk comes back with it.
  @Test func aSynchronisedClockThatWasWrong() async throws {
    let clocks = Clocks()
    let fixture = try await Fixture(clocks.options())
    try await fixture.deliver("one")
    clocks.pass(60, jump: 1_000_000_000, isSynchronised: true)
    try await fixture.deliver("two")
    clocks.pass(60, jump: -1_000_000_000, isSynchronised: true)
    _ = try await fixture.store.collect()
    clocks.pass(60)
    try await fixture.reopen(clocks.options())
    #expect(!fixture.store.isTimeInDoubt)
  }
}
