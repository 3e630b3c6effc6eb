import CNet
import CUnbound
import DNS
import Glibc
import Logging
import Synchronization

/// The one thread that talks to libunbound: askers leave their questions in `inbox`, it asks, waits and answers.
///
/// 1. Every `ub_…` call after `init` happens on this thread; the context is never touched from anywhere else.
/// 2. Everything that configures the context happens before its first question, which finalises it: a setting made
///    later fails, and the library would then ask the real root servers.
/// 3. Every question's continuation is resumed exactly once: by its answer, its deadline, or the end.
final class ResolverThread: Sendable {
  private struct Inbox {
    var questions: [ResolverQuestion] = []
    /// Nobody waits for their answers any more.
    var cancelled: [ResolverQuestion] = []
    /// Asked and not yet answered, here or on the thread.
    var open = 0
    var isClosing = false
  }

  private let settings: ResolverSettings
  private let logger: Logger
  private let inbox = Mutex(Inbox())
  // SAFETY: after `init` used by the resolver's own thread alone, which deletes it last of all.
  nonisolated(unsafe) private let context: OpaquePointer
  /// A byte in the pipe: look into the inbox.
  private let bell: (read: Int32, write: Int32)

  init(settings: ResolverSettings, logger: Logger) throws(ResolverFault) {
    self.settings = settings
    self.logger = logger
    guard let context = ub_ctx_create() else { throw ResolverFault(reason: "no memory") }
    self.context = context
    var ends: [Int32] = [-1, -1]
    guard net_pipe(&ends) == 0 else {
      ub_ctx_delete(context)
      throw ResolverFault(reason: "no pipe: \(String(cString: strerror(errno)))")
    }
    bell = (ends[0], ends[1])
    do throws(ResolverFault) { try Self.configure(context, settings) } catch {
      ub_ctx_delete(context)
      throw error
    }
  }

  deinit {
    // Not earlier: a `ring` after the end must not reach a descriptor that is somebody else's by then.
    Glibc.close(bell.read)
    Glibc.close(bell.write)
  }

  /// Starts the thread, which keeps itself alive until `close`.
  func start() throws(ResolverFault) {
    var thread = pthread_t()
    let me = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<ResolverThread>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, me.toOpaque())
    guard status == 0 else {
      me.release()
      ub_ctx_delete(context)
      throw ResolverFault(reason: "no thread: \(String(cString: strerror(status)))")
    }
    pthread_detach(thread)
  }

  /// A cancelled task has its answer at once: a temporary failure.
  func ask(_ name: String, _ type: RecordType) async -> TimedAnswer {
    let asker = ResolverAsker()
    return await withTaskCancellationHandler {
      await put(name, type, asker)
    } onCancel: {
      guard let question = asker.cancel() else { return }
      inbox.withLock { $0.cancelled.append(question) }
      ring()
    }
  }

  private func put(_ name: String, _ type: RecordType, _ asker: ResolverAsker) async -> TimedAnswer {
    await withCheckedContinuation { continuation in
      let question = ResolverQuestion(name, type, continuation)
      guard asker.hold(question) else { return question.answer(.temporaryFailure("cancelled")) }
      let trouble: String? = inbox.withLock { inbox in
        if inbox.isClosing { return "resolver closed" }
        if inbox.open >= settings.questions { return "too many questions" }
        inbox.open += 1
        inbox.questions.append(question)
        return nil
      }
      if let trouble { question.answer(.temporaryFailure(trouble)) } else { ring() }
    }
  }

  func close() {
    inbox.withLock { $0.isClosing = true }
    ring()
  }

  private func ring() {
    var byte: UInt8 = 1
    // A full pipe rings already.
    _ = write(bell.write, &byte, 1)
  }

  // MARK: On the thread

  private func run() {
    var open: [ResolverQuestion] = []
    while true {
      let (new, cancelled, isClosing) = inbox.withLock { inbox in
        defer { (inbox.questions, inbox.cancelled) = ([], []) }
        return (inbox.questions, inbox.cancelled, inbox.isClosing)
      }
      for question in new where begin(question) { open.append(question) }
      for question in cancelled { giveUp(question, "cancelled") }
      let now = ContinuousClock.now
      for question in open where isClosing || now - question.asked >= settings.timeout {
        giveUp(question, isClosing ? "resolver closed" : "timeout")
      }
      open.removeAll(where: \.isAnswered)
      inbox.withLock { $0.open = open.count + $0.questions.count }
      if isClosing { break }
      wait(open.isEmpty ? -1 : 200)
    }
    ub_ctx_delete(context)
  }

  private func wait(_ milliseconds: Int32) {
    var descriptors = [
      pollfd(fd: ub_fd(context), events: Int16(POLLIN), revents: 0),
      pollfd(fd: bell.read, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&descriptors, 2, milliseconds) > 0 else { return }
    if descriptors[1].revents != 0 {
      var bytes = [UInt8](repeating: 0, count: 256)
      while read(bell.read, &bytes, bytes.count) == bytes.count {}
    }
    if descriptors[0].revents != 0 {
      let status = ub_process(context)
      if status != 0 { logger.error("resolver trouble", metadata: ["error": "\(Self.text(status))"]) }
    }
  }

  /// Asks; false when it was answered at once.
  private func begin(_ question: ResolverQuestion) -> Bool {
    let data = Unmanaged.passRetained(question).toOpaque()
    let status = ub_resolve_async(
      context, question.name, Int32(question.type.rawValue), 1, data,
      { data, status, result in
        guard let data else { return }
        let question = Unmanaged<ResolverQuestion>.fromOpaque(data).takeRetainedValue()
        let answer = ResolverThread.answer(question.type, status, result?.pointee)
        question.answer(answer, seconds: answer.isTemporary ? 0 : Int(result?.pointee.ttl ?? 0))
        ub_resolve_free(result)
      }, &question.number)
    if status == 0 { return true }
    Unmanaged<ResolverQuestion>.fromOpaque(data).release()
    question.answer(.temporaryFailure(Self.text(status)))
    return false
  }

  private func giveUp(_ question: ResolverQuestion, _ reason: String) {
    guard !question.isAnswered else { return }
    // A cancelled question's callback is never called, so its reference is ours again.
    if ub_cancel(context, question.number) == 0 { Unmanaged.passUnretained(question).release() }
    question.answer(.temporaryFailure(reason))
  }

  private static func text(_ status: Int32) -> String { String(cString: ub_strerror(status)) }
}

/// Between the asker and its question: which came first, the question or the end of the wish to know?
private final class ResolverAsker: Sendable {
  private let state = Mutex<(question: ResolverQuestion?, isCancelled: Bool)>((nil, false))

  /// False: cancelled already.
  func hold(_ question: ResolverQuestion) -> Bool {
    state.withLock { state in
      state.question = question
      return !state.isCancelled
    }
  }

  /// The question under way, if it was asked.
  func cancel() -> ResolverQuestion? {
    state.withLock { state in
      state.isCancelled = true
      return state.question
    }
  }
}

/// One question, from the asker to the resolver's thread.
///
/// SAFETY: `number` and `isAnswered` are used by the resolver's thread alone (or by the asker, where the thread never sees it).
final class ResolverQuestion: @unchecked Sendable {
  let name: String
  let type: RecordType
  let asked = ContinuousClock.now
  var number: Int32 = 0
  private(set) var isAnswered = false
  private let continuation: CheckedContinuation<TimedAnswer, Never>

  init(_ name: String, _ type: RecordType, _ continuation: CheckedContinuation<TimedAnswer, Never>) {
    self.name = name
    self.type = type
    self.continuation = continuation
  }

  /// `seconds`: how long it may be repeated to others.
  func answer(_ answer: DNSAnswer, seconds: Int = 0) {
    guard !isAnswered else { return }
    isAnswered = true
    continuation.resume(returning: TimedAnswer(answer: answer, seconds: seconds))
  }
}

/// An answer, and how many seconds it holds (RFC 1035 §3.2.1; RFC 2308 §5 where there is nothing).
struct TimedAnswer: Sendable {
  var answer: DNSAnswer
  var seconds: Int
}

// MARK: Settings and answers

extension ResolverThread {
  private static func configure(_ context: OpaquePointer, _ settings: ResolverSettings) throws(ResolverFault) {
    func check(_ status: Int32, _ what: String) throws(ResolverFault) {
      guard status == 0 else { throw ResolverFault(reason: "\(what): \(text(status))") }
    }
    func set(_ option: String, _ value: String) throws(ResolverFault) {
      try check(ub_ctx_set_option(context, option, value), "\(option) \(value)")
    }
    try check(ub_ctx_debugout(context, nil), "log")
    // The library works in a thread of its own, not in a forked process.
    try check(ub_ctx_async(context, 1), "thread")
    try set("prefetch:", "yes")
    if let server = settings.server {
      guard let address = IPAddress(server.address), (1...65_535).contains(server.port) else {
        throw ResolverFault(reason: "\(server.address) port \(server.port) is no address")
      }
      try check(ub_ctx_set_fwd(context, "\(address)@\(server.port)"), "server \(address)")
      try set("do-not-query-localhost:", "no")
      // The library answers for some zones itself (RFC 6303); with a server of one's own that one decides.
      try set("unblock-lan-zones:", "yes")
      try set("insecure-lan-zones:", "yes")
      if address.isLoopback {
        // Nothing leaves this machine, whatever is asked.
        try set("outgoing-interface:", address.bitCount == 32 ? "127.0.0.1" : "::1")
      }
    }
    if let file = settings.trustAnchorFile { try check(ub_ctx_add_ta_file(context, file), "trust anchor \(file)") }
    // Last of all, because it finalises the context; settings that cannot be used show themselves here.
    let own = settings.server == nil ? ["invalid."] : ["test.", "home.arpa.", "127.in-addr.arpa."]
    for zone in own { try check(ub_ctx_zone_remove(context, zone), "settings") }
  }

  static func answer(_ type: RecordType, _ status: Int32, _ result: ub_result?) -> DNSAnswer {
    guard status == 0, let result else { return .temporaryFailure(text(status)) }
    // First of all: a bogus answer still carries its data, and may even be marked secure.
    if result.bogus != 0 {
      return .bogus(result.why_bogus.map { String(cString: $0) } ?? "dnssec validation failed")
    }
    switch result.rcode {
    case 0: break
    case 3: return .noName
    default: return .temporaryFailure("the name server answered with code \(result.rcode)")
    }
    guard result.havedata != 0, let data = result.data, let lengths = result.len else { return .noData }
    var records: [RecordData] = []
    var index = 0
    while let record = data[index] {
      let bytes = UnsafeRawBufferPointer(start: record, count: Int(lengths[index]))
      if let record = RecordData(type: type, wire: Array(bytes)) { records.append(record) }
      index += 1
    }
    return records.isEmpty
      ? .temporaryFailure("unreadable records") : .records(records, isSecure: result.secure != 0)
  }
}
