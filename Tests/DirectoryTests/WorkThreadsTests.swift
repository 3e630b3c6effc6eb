import Synchronization
import Testing

@testable import Directory

struct WorkThreadsTests {
  @Test func oneThreadKeepsTheOrder() async {
    let threads = WorkThreads(count: 1, mostWaiting: 2_000)
    let seen = Mutex<[Int]>([])
    let order = SharedBox(seen)
    for number in 0..<1_000 { threads.post { order.value.withLock { $0.append(number) } } }
    let count = await threads.run { order.value.withLock { $0.count } }
    #expect(count == 1_000)
    #expect(order.value.withLock { $0 } == Array(0..<1_000))
    threads.close()
    #expect(await threads.run { 1 } == nil, "closed")
  }

  @Test func aFullLineRefuses() async {
    let threads = WorkThreads(count: 1, mostWaiting: 1)
    let gate = SharedBox(Mutex(()))
    // The thread is held at the gate while the line fills.
    let accepted = gate.value.withLock { _ -> Int in
      (0..<20).count { _ in threads.post { gate.value.withLock { _ in } } }
    }
    #expect((1...2).contains(accepted))
    threads.close()
  }

  @Test func closingRunsWhatWaits() async {
    let threads = WorkThreads(count: 2, mostWaiting: 1_000)
    let done = SharedBox(Atomic(0))
    for _ in 0..<500 { threads.post { done.value.add(1, ordering: .relaxed) } }
    threads.close()
    #expect(done.value.load(ordering: .relaxed) == 500)
  }
}

/// Something that cannot be copied, shared.
final class SharedBox<Value: ~Copyable & Sendable>: Sendable {
  let value: Value
  init(_ value: consuming Value) { self.value = value }
}
