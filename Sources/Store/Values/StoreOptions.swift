import Glibc

/// How a store is opened. The defaults are the production values.
package struct StoreOptions: Sendable {
  /// Lanes of a *new* folder (1…16); a folder keeps the number it was made with. nil = one for
  /// two cores, at most 4: the more operations share a sync, the less each costs, and the other cores have the sessions.
  package var lanes: Int?
  /// A segment is closed and the next begun when it is longer than this.
  package var segmentSize = 256 << 20
  /// A message being received stays in memory up to this many bytes.
  package var spoolMemory = 128 << 10
  /// The largest message taken.
  package var messageLimit = 1 << 30
  package var readersPerLane = 2
  /// New mail is refused with `.diskFull` when less than this is free; removing goes on out of it.
  package var diskReserve: Int64 = 64 << 20
  /// How long a message whose 250 was lost is recognised (invariant 6).
  package var resendWindow: Int64 = 5 * 86_400
  /// How long a message in Sent is recognised when the same comes again by the other way (submission or APPEND).
  package var sentWindow: Int64 = 86_400
  /// Limits given to accounts that have none of their own; nil = no limit.
  package var byteLimit: Int64?
  package var countLimit: Int64?
  /// How long new messages may wait for more to come before they are indexed, milliseconds. Until then searches look into them.
  package var searchGathering = 500
  /// How much longer they may wait while mail streams in, milliseconds.
  package var searchPatience = 10_000
  /// Memory for the search index of a lane that is kept between searches, bytes.
  package var searchCache = 64 << 20
  /// Memory of a lane for the messages that were delivered or read last, bytes.
  package var recentMail = 8 << 20
  /// How long removed mail and removed accounts can come back.
  package var recoverableDays: Int64 = 30
  /// Pages of 4 KiB that a lane's log of its index holds before they are copied back.
  package var logPages = 4_000
  /// Seconds since 1970 UTC.
  package var now: @Sendable () -> Int64 = { Int64(time(nil)) }
  /// Seconds of a clock that nobody sets (`ClockGuard`).
  package var steadySeconds: @Sendable () -> Int64 = ClockGuard.bootSeconds
  package var clockIsSynchronised: @Sendable () -> Bool = ClockGuard.kernelIsSynchronised
  /// Tests only: how many bytes the disk lacks to a tenth of free room.
  var lackingRoom: (@Sendable () -> Int64)?
  /// Tests only: what shall go wrong at a durable step.
  package var fault: (@Sendable (DurableStep) -> InjectedFault?)?

  package init() {}
}

/// The points of a batch between which a crash can come. Named for tests.
package struct DurableStep: Sendable, Hashable {
  package enum Point: String, Sendable, CaseIterable {
    case begin, statementsDone, segmentWrite, segmentWritten, segmentSync, segmentSynced, commit, committed, publish,
      published, intentDurable,
      packWrite, packWritten, segmentRemove, backupWrite, backupWritten
  }
  package var lane: Int
  package var point: Point
}

/// What a test makes go wrong at a `DurableStep`.
package enum InjectedFault: Sendable, Equatable {
  /// The lane stops there as if the process had been killed.
  case kill
  /// The lane stops there with only the first `bytes` of this write on disk (points segmentWrite).
  case tear(bytes: Int)
  /// The call fails with this errno.
  case error(Int32)
}
