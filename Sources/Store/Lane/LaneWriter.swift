import Database
import Glibc
import Logging

/// The lane's writer: takes everything that waits, makes it one durable batch, publishes it, answers. One thread.
final class LaneWriter {
  let lane: Lane
  let connection: Connection
  let syncer: SegmentSyncer
  let cache: LaneCache
  var state: LaneState
  var segment: SegmentWriter
  private var marks = RecentMarks()
  /// Set when the lane must not write any more (invariant 4).
  private var poison: StoreFault?
  /// Set when the next batch shall begin a new segment.
  private var isRolling = false
  /// Set when a test has "killed" the lane.
  private var isKilled = false

  init(_ lane: Lane, _ syncer: SegmentSyncer, _ connection: Connection, _ state: LaneState, _ segment: SegmentWriter) {
    self.lane = lane
    self.syncer = syncer
    self.connection = connection
    self.state = state
    self.segment = segment
    cache = LaneCache(lane.members)
    cache.nextQueueID = state.nextQueueID
  }

  /// The thread's body: from recovery to the last batch.
  static func serve(_ lane: Lane, _ syncer: SegmentSyncer) {
    defer {
      syncer.close()
      lane.checkpointer.close()
    }
    let writer: LaneWriter
    do throws(StoreFault) {
      let opened: Lane.Opened
      (writer, opened) = try open(lane, syncer)
      lane.announce {
        $0.published = writer.state.batch
        $0.opened = .success(opened)
      }
    } catch {
      lane.announce {
        $0.opened = .failure(error)
        $0.stopped = error
      }
      return
    }
    writer.serve()
  }

  private func serve() {
    var last = 0
    while let jobs = lane.takeJobs(last: last) {
      last = jobs.count
      if isKilled {
        for job in jobs { job.fail(.closed) }
      } else if let poison {
        for job in jobs { job.fail(poison) }
      } else {
        run(jobs)
      }
    }
    if !isKilled, poison == nil { end() }
    lane.announce { $0.stopped = $0.stopped ?? .closed }
    connection.close()
  }

  /// Closing in order: the next start has nothing to look for.
  private func end() {
    state.isClean = true
    state.synced = segment.end
    state.ended = segment.end
    state.added = []
    do {
      try connection.transaction { () throws(DatabaseFault) in try state.write(connection) }
    } catch {
      lane.logger.error("could not mark the lane as closed", metadata: ["fault": "\(error)"])
    }
  }

  private func run(_ jobs: [LaneJob]) {
    var jobs = jobs
    while !jobs.isEmpty {
      switch attempt(jobs) {
      case .done: return
      case .again(let rest): jobs = rest
      }
    }
  }

  private enum Attempt {
    case done
    /// The batch was undone; these jobs have had no answer yet.
    case again([LaneJob])
  }

  /// What became of each job in the batch under way.
  private struct Ran {
    var outcomes: [Result<LaneJob.Reply, StoreFault>] = []
    var wrote: [Bool] = []
  }

  private func attempt(_ jobs: [LaneJob]) -> Attempt {
    do throws(StoreFault) {
      try rollSegment()
      if try !step(.begin) { return kill(jobs) }
      try inStore { () throws(DatabaseFault) in try connection.beginBatch() }
    } catch { return fail(jobs, error) }
    cache.trim()
    segment.drop()
    let transaction = LaneTransaction(
      connection: connection, lane: lane.number, moment: lane.clock.moment, options: lane.options, isLow: isLow,
      timeSeen: state.timeSeen, cache: cache, usages: lane.usages, segment: segment)
    var ran = Ran()
    for (index, job) in jobs.enumerated() {
      let mutations = transaction.mutations
      let staged = transaction.segment.staged
      do throws(StoreFault) {
        ran.outcomes.append(.success(try job.run(transaction)))
      } catch {
        guard transaction.mutations == mutations, connection.isInTransaction else {
          // It broke off half-way: undo everything and do the others again.
          undo()
          job.fail(error)
          return .again(Array(jobs[..<index] + jobs[(index + 1)...]))
        }
        ran.outcomes.append(.failure(error))
      }
      ran.wrote.append(transaction.segment.staged > staged)
    }
    if transaction.rolls { isRolling = true }
    if transaction.mutations == 0 {
      undo()
      answer(jobs, ran)
      return .done
    }
    return finish(jobs, ran, transaction)
  }

  /// From the last statement to the last answer.
  private func finish(_ jobs: [LaneJob], _ ran: Ran, _ transaction: LaneTransaction) -> Attempt {
    segment = transaction.segment
    do throws(StoreFault) {
      try transaction.settleTime()
      try transaction.flushCounters()
      try writeState(transaction)
      if try !step(.statementsDone) { return kill(jobs) }
    } catch {
      undo()
      return fail(jobs, error)
    }
    do throws(StoreFault) {
      if segment.staged > 0, try !writeSegment() { return kill(jobs) }
    } catch {
      undo()
      do throws(StoreFault) { try segment.cut() } catch { return poison(jobs, error) }
      guard error == .diskFull else { return poison(jobs, error) }
      return failWriters(jobs, ran)
    }
    do throws(StoreFault) {
      guard try commit(removes: transaction.removes) else { return kill(jobs) }
    } catch {
      // A full disk undoes the index; anything else leaves doubt about what is durable.
      guard error == .diskFull, !connection.isInTransaction || isUndone() else { return poison(jobs, error) }
      undo()
      do throws(StoreFault) { try segment.cut() } catch { return poison(jobs, error) }
      return fail(jobs, .diskFull)
    }
    segment.settle()
    publish(transaction)
    answer(jobs, ran)
    lane.checkpointer.look(after: connection)
    return .done
  }

  private func isUndone() -> Bool {
    do {
      try connection.rollback()
      return true
    } catch { return false }
  }

  private func writeState(_ transaction: LaneTransaction) throws(StoreFault) {
    state.batch += 1
    state.segment = segment.number
    state.synced = segment.end
    state.ended = segment.next
    state.added = transaction.journal.bytes
    state.nextQueueID = cache.nextQueueID
    state.timeSeen = transaction.timeSeenAfter
    state.isClean = false
    (state.recentSegment, state.recentOffset) = marks.note(
      time: transaction.stamp, segment: segment.number, offset: segment.end)
    try inStore { () throws(DatabaseFault) in try state.write(connection) }
  }

  /// False: a test stops the lane here.
  private func writeSegment() throws(StoreFault) -> Bool {
    switch lane.fault(at: .segmentWrite) {
    case .kill: return false
    case .tear(let bytes):
      try segment.write(limit: bytes)
      return false
    case .error(let code): throw StoreFault(errno: code, doing: "write a segment")
    case nil: try segment.write()
    }
    return try step(.segmentWritten)
  }

  /// Makes blob and index durable; invariant 2. False: a test stops the lane here.
  private func commit(removes: Bool) throws(StoreFault) -> Bool {
    let hasBlobs = segment.staged > 0
    if hasBlobs {
      syncer.start(segment.descriptor)
      if removes, try !synced(syncer.finish()) { return false }
    }
    var fault: StoreFault?
    var isCommitted = false
    do throws(StoreFault) {
      if try step(.commit) {
        try inStore { () throws(DatabaseFault) in try connection.commit() }
        isCommitted = true
      }
    } catch { fault = error }
    // The sync under way must be over before anything else is decided.
    if hasBlobs, !removes {
      let result = syncer.finish()
      if isCommitted, case .failed = result { takeBack() }
      if try !synced(result) { return false }
    }
    if let fault { throw fault }
    return isCommitted ? try step(.committed) : false
  }

  /// The index has the batch, and its blobs did not reach the disk: without this, readers would wait for it and see nothing any more.
  private func takeBack() {
    do throws(StoreFault) {
      try Recovery(lane: lane, connection: connection, state: state).takeBack(to: state.batch - 1)
    } catch {
      lane.logger.error("a batch without its messages could not be taken back", metadata: ["fault": "\(error)"])
    }
  }

  private func synced(_ result: SegmentSyncer.SyncResult) throws(StoreFault) -> Bool {
    switch result {
    case .durable: return true
    case .killed: return false
    // Also a full disk: after a failed sync nobody knows what is on it.
    case .failed(let fault): throw .readOnly("a sync failed (\(fault))")
    }
  }

  // MARK: After the batch

  private func publish(_ transaction: LaneTransaction) {
    lane.usages.update(transaction.usagesChanged, removed: transaction.accountsRemoved)
    lane.access.update(transaction.accessChanged, removed: transaction.accountsRemoved)
    lane.trees.drop(transaction.treesChanged.union(transaction.accountsRemoved), batch: state.batch)
    lane.members.update(transaction.membersChanged, removed: transaction.accountsRemoved)
    noteRecent(transaction)
    for key in transaction.keysForgotten { cache.lostReplies[key] = nil }
    for (key, time) in transaction.keysAdded { cache.lostReplies[key] = time }
    let wakes =
      lane.registry.publish(transaction.edits, batch: state.batch)
      + lane.feeds.publish(transaction.events, transaction.edits, lane.access)
    let batch = state.batch
    lane.announce { $0.published = batch }
    for wake in wakes { wake() }
    noteAdded(transaction.edits)
    lane.search.note(removed: transaction.accountsRemoved)
    for (account, emails) in transaction.emailsForgotten { lane.search.forget(emails, of: account) }
  }

  /// What is read soon is in memory before anybody hears of it.
  private func noteRecent(_ transaction: LaneTransaction) {
    // An account that comes back may number its messages as it did before.
    if !transaction.accountsMade.isEmpty || !transaction.accountsRemoved.isEmpty { lane.recent.clear() }
    for (account, emails) in transaction.emailsForgotten { lane.recent.forget(emails, of: account) }
    for (account, emails) in transaction.derivedAnew { lane.recent.forget(emails, of: account) }
    lane.recent.note(transaction.arrivals)
  }

  /// Tells the search index who has new messages.
  private func noteAdded(_ edits: [MailboxKey: MailboxEdit]) {
    var accounts: Set<AccountID> = []
    var messages = 0
    for (key, edit) in edits where !edit.table.added.isEmpty {
      accounts.insert(key.account)
      messages += edit.table.added.count
    }
    lane.search.note(added: accounts, messages: messages)
  }

  private func answer(_ jobs: [LaneJob], _ ran: Ran) {
    for (job, outcome) in zip(jobs, ran.outcomes) {
      switch outcome {
      case .success(let reply): reply()
      case .failure(let fault): job.fail(fault)
      }
    }
  }

  private func undo() {
    segment.drop()
    cache.clear()
    do { try connection.rollback() } catch {
      poison = .readOnly("a batch could not be undone (\(error))")
    }
    // The numbers in `state` are those of the undone batch: take the durable ones.
    do {
      if let durable = try LaneState.read(connection) { state = durable }
    } catch {
      poison = .readOnly("the lane's state cannot be read (\(error))")
    }
    if let poison { lane.announce { $0.stopped = poison } }
  }

  private func fail(_ jobs: [LaneJob], _ fault: StoreFault) -> Attempt {
    lane.logger.error("a batch failed", metadata: ["fault": "\(fault)", "operations": "\(jobs.count)"])
    for job in jobs { job.fail(fault) }
    return .done
  }

  /// The segment had no room: those that add mail are told, the others go on.
  private func failWriters(_ jobs: [LaneJob], _ ran: Ran) -> Attempt {
    lane.logger.error("no space left for new mail")
    var rest: [LaneJob] = []
    for (index, job) in jobs.enumerated() {
      if ran.wrote[index] { job.fail(.diskFull) } else { rest.append(job) }
    }
    return .again(rest)
  }

  /// Invariant 4: nothing of the batch is answered as done, and the lane is read-only from now on.
  private func poison(_ jobs: [LaneJob], _ fault: StoreFault) -> Attempt {
    let reason = StoreFault.readOnly("lane \(lane.number) must be reopened after: \(fault)")
    poison = reason
    segment.drop()
    cache.clear()
    lane.logger.critical("the lane is read-only until reopened", metadata: ["fault": "\(fault)"])
    lane.announce { $0.stopped = reason }
    for job in jobs { job.fail(reason) }
    return .done
  }

  /// A test wants the lane to end here as if the process had been killed.
  private func kill(_ jobs: [LaneJob]) -> Attempt {
    isKilled = true
    connection.close()
    lane.announce { $0.stopped = .closed }
    for job in jobs { job.fail(.closed) }
    return .done
  }

  /// False: killed here.
  private func step(_ point: DurableStep.Point) throws(StoreFault) -> Bool {
    switch lane.fault(at: point) {
    case nil: return true
    case .kill, .tear: return false
    case .error(let code): throw StoreFault(errno: code, doing: point.rawValue)
    }
  }

  // MARK: The segment

  private func rollSegment() throws(StoreFault) {
    guard segment.end >= lane.options.segmentSize || isRolling && segment.end > SegmentFolder.start else { return }
    let number = segment.number + 1
    let descriptor: Descriptor
    do { descriptor = try lane.segments.create(number) } catch {
      // No room for a new file: the old one grows on, so that removing (which writes nothing here) is not held up.
      if error == .diskFull { return }
      throw error
    }
    segment = SegmentWriter(number: number, descriptor: descriptor, end: SegmentFolder.start)
    isRolling = false
  }

  /// True when so little disk is left that only removing may go on.
  private var isLow: Bool {
    var facts = statvfs()
    guard fstatvfs(segment.descriptor.raw, &facts) == 0 else { return false }
    let free = Int64(facts.f_bavail) * Int64(facts.f_frsize)
    lane.reserve.look(free: free)
    return free < max(lane.options.diskReserve, lane.reserve.needed)
  }
}
