internal import Glibc
internal import Logging
internal import Store
internal import Synchronization

/// Says whether the clock can be trusted (ARCHITECTURE.md, invariant 7): after a jump of more than a day ahead or five minutes back
/// nothing is removed by date, until the kernel says that its clock is synchronised or the owner confirms the time.
final class ClockGuard: Sendable {
  /// Readings of the two clocks, in seconds.
  struct Reading: Sendable {
    var wall: Int64
    /// Grows evenly, whatever is done to the wall clock.
    var steady: Int64
    /// The kernel's clock is disciplined (NTP).
    var isSynchronised: Bool

    static func now() -> Reading {
      var steady = timespec()
      clock_gettime(CLOCK_BOOTTIME, &steady)
      return Reading(wall: Int64(time(nil)), steady: Int64(steady.tv_sec), isSynchronised: Store.clockIsSynchronised)
    }
  }

  private struct State {
    /// The last reading that was believed.
    var wall: Int64
    var steady: Int64
    var isTrusted = true
  }

  static let mostAhead: Int64 = 86_400
  static let mostBack: Int64 = 300

  private let state: Mutex<State>
  private let read: @Sendable () -> Reading
  private let logger: Logger

  /// - Parameter lastSeen: the latest time that the store has on disk; 0: a new folder.
  init(lastSeen: Int64, logger: Logger, read: @escaping @Sendable () -> Reading = { .now() }) {
    let reading = read()
    // While the server was off the steady clock says nothing: the store's time is where it left off.
    state = Mutex(State(wall: lastSeen == 0 ? reading.wall : lastSeen, steady: reading.steady))
    self.read = read
    self.logger = logger
  }

  var isTrusted: Bool {
    let reading = read()
    return state.withLock { state in
      let jump = reading.wall - state.wall - (reading.steady - state.steady)
      let isEven = jump <= Self.mostAhead && jump >= -Self.mostBack
      if !isEven && !reading.isSynchronised {
        if state.isTrusted {
          logger.error("clock has jumped, nothing is removed by date", metadata: ["seconds": "\(jump)"])
        }
        state.isTrusted = false
        return false
      }
      if !state.isTrusted { logger.notice("clock is trusted again") }
      state = State(wall: reading.wall, steady: reading.steady)
      return true
    }
  }

  /// The owner says that the time is right.
  func confirm() {
    let reading = read()
    state.withLock { $0 = State(wall: reading.wall, steady: reading.steady) }
    logger.notice("time confirmed", metadata: ["wall": "\(reading.wall)"])
  }
}
