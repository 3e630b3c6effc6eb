import DNS
import Synchronization
import Testing

@testable import Net

@Suite struct AnswerMemoryTests {
  /// A clock that a test moves.
  final class Clock: Sendable {
    let time = Mutex(ContinuousClock.now)
    func pass(_ seconds: Int) { time.withLock { $0 += .seconds(seconds) } }
  }

  let clock = Clock()
  let memory: AnswerMemory

  init() {
    memory = AnswerMemory { [clock] in clock.time.withLock { $0 } }
  }

  private let records = DNSAnswer.records([.ns("ns.example.test")], isSecure: true)

  @Test func holdsAsLongAsItsRecords() {
    memory.keep(TimedAnswer(answer: records, seconds: 30), "example.test", .ns)
    #expect(memory.answer("example.test", .ns) == records)
    #expect(memory.answer("example.test", .mx) == nil)
    clock.pass(29)
    #expect(memory.answer("example.test", .ns) == records)
    clock.pass(1)
    #expect(memory.answer("example.test", .ns) == nil)
  }

  @Test func aMinuteAtMost() {
    memory.keep(TimedAnswer(answer: .noName, seconds: 86_400), "example.test", .a)
    clock.pass(59)
    #expect(memory.answer("example.test", .a) == .noName)
    clock.pass(1)
    #expect(memory.answer("example.test", .a) == nil)
  }

  @Test func whatFailedIsAskedAgain() {
    memory.keep(TimedAnswer(answer: .temporaryFailure("timeout"), seconds: 0), "example.test", .a)
    #expect(memory.answer("example.test", .a) == nil)
  }

  @Test func isBounded() {
    for number in 0..<20_000 { memory.keep(TimedAnswer(answer: .noData, seconds: 60), "\(number).test", .a) }
    let known = (0..<20_000).filter { memory.answer("\($0).test", .a) != nil }
    #expect(known.count <= 8_192 && known.last == 19_999)
  }
}
