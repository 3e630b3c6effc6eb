import Synchronization
import Testing

@testable import BaridServer

struct OneAtATimeTests {
  private final class Room: Sendable {
    private let state = Mutex((now: 0, most: 0, all: 0))

    func enter() {
      state.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
        $0.all += 1
      }
    }

    func leave() { state.withLock { $0.now -= 1 } }

    var most: Int { state.withLock { $0.most } }
    var all: Int { state.withLock { $0.all } }
  }

  @Test func nobodyIsInWithAnother() async {
    let door = OneAtATime()
    let room = Room()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          await door.enter()
          room.enter()
          await Task.yield()
          room.leave()
          door.leave()
        }
      }
    }
    #expect(room.most == 1)
    #expect(room.all == 50)
  }
}
