import CStore
import Glibc
import Logging
import Synchronization

/// The one place that says whether the clock can be trusted (invariant 7). Lanes, collection, POP3's removals and the end of closed
/// accounts all ask it, most of them through `LaneTransaction.isTimeInDoubt`.
///
/// 1. Time is trusted while it went on evenly since it was trusted last: the wall clock against the boot clock, at most a day ahead and
///    five minutes back. While the server was off the boot clock says nothing; then the highest time on disk is where it left off.
/// 2. After a jump the kernel may settle it: a clock that is disciplined from outside (adjtimex without STA_UNSYNC; whoever sets the
///    clock by hand raises that flag) is right, however far it jumped. So a server that was off for a week needs nobody.
/// 3. Else the owner says that the time is right (`confirm`), or the clock comes back to where it was.
/// 4. Until then nothing is removed for its age and nothing expires, and what happens is dated as if time had gone on evenly.
final class ClockGuard: Sendable {
  /// The time of one batch.
  struct Moment: Sendable {
    /// Seconds since 1970 UTC, right or wrong.
    var now: Int64
    var isInDoubt: Bool
    /// The time for what counts from now on, as when mail was removed: never one that is in doubt.
    var stamp: Int64
  }

  private struct Reading {
    var wall: Int64
    /// Grows evenly, whatever is done to the wall clock.
    var steady: Int64
  }

  private struct State {
    /// The highest time that any lane has on disk; 0: a new folder.
    var seen: Int64 = 0
    /// The last reading that was trusted; nil until the store is open.
    var last: Reading?
    var isTrusted = true
  }

  static let mostAhead: Int64 = 86_400
  static let mostBack: Int64 = 300

  private let state = Mutex(State())
  private let options: StoreOptions
  private let logger: Logger

  init(_ options: StoreOptions, logger: Logger) {
    self.options = options
    self.logger = logger
  }

  /// A lane has this time on disk.
  func learn(seen: Int64) { state.withLock { $0.seen = max($0.seen, seen) } }

  /// All lanes are open: from now on the boot clock counts.
  func begin() {
    let reading = read()
    state.withLock { state in
      if state.last != nil { return }
      state.last = Reading(wall: state.seen == 0 ? reading.wall : state.seen, steady: reading.steady)
    }
  }

  var moment: Moment {
    let reading = read()
    return state.withLock { state in
      guard let last = state.last else {
        // A lane is being recovered: nothing is trusted or forgotten on the way.
        let isEven = state.seen == 0 || Self.isEven(reading.wall - state.seen) || options.clockIsSynchronised()
        return Moment(now: reading.wall, isInDoubt: !isEven, stamp: isEven ? reading.wall : state.seen + 1)
      }
      let jump = reading.wall - last.wall - (reading.steady - last.steady)
      if !Self.isEven(jump) {
        guard options.clockIsSynchronised() else { return doubt(reading, last, jump, &state) }
        logger.notice(
          "clock has jumped and the system says that it is synchronised: it is trusted",
          metadata: ["seconds": "\(jump)"])
      } else if !state.isTrusted {
        logger.notice("clock is trusted again")
      }
      state.last = reading
      state.isTrusted = true
      return Moment(now: reading.wall, isInDoubt: false, stamp: reading.wall)
    }
  }

  private func doubt(_ reading: Reading, _ last: Reading, _ jump: Int64, _ state: inout State) -> Moment {
    if state.isTrusted {
      logger.error("clock has jumped, nothing is removed by date", metadata: ["seconds": "\(jump)"])
    }
    state.isTrusted = false
    // A second later than evenly, so that it stands out from all that was trusted.
    return Moment(now: reading.wall, isInDoubt: true, stamp: last.wall + reading.steady - last.steady + 1)
  }

  /// The owner says that the time is right.
  func confirm() {
    let reading = read()
    state.withLock { state in
      state.last = reading
      state.isTrusted = true
    }
    logger.notice("time confirmed", metadata: ["wall": "\(reading.wall)"])
  }

  private func read() -> Reading { Reading(wall: options.now(), steady: options.steadySeconds()) }

  private static func isEven(_ jump: Int64) -> Bool { jump <= mostAhead && jump >= -mostBack }

  /// Seconds since the machine started, sleep included.
  @Sendable static func bootSeconds() -> Int64 {
    var steady = timespec()
    clock_gettime(CLOCK_BOOTTIME, &steady)
    return Int64(steady.tv_sec)
  }

  /// True when the kernel's clock is disciplined from outside (NTP, PTP).
  @Sendable static func kernelIsSynchronised() -> Bool { cstore_clock_is_synchronised() != 0 }
}
