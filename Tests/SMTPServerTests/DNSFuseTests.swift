import DNS
import Synchronization
import Testing

@testable import SMTPServer

@Suite struct DNSFuseTests {
  /// Silent for names that fit, at once for all others; counts what it was asked.
  final class Source: DNSLookup {
    let isSilent: @Sendable (String) -> Bool
    let asked = Mutex(0)

    init(_ isSilent: @escaping @Sendable (String) -> Bool) { self.isSilent = isSilent }

    func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
      asked.withLock { $0 += 1 }
      guard isSilent(name) else { return .noName }
      let never = AsyncStream<Void> { _ in }
      for await _ in never {}
      return .temporaryFailure("cancelled")
    }
  }

  @Test func aDeadDNSIsAskedOnce() async {
    let source = Source { _ in true }
    let fuse = DNSFuse(source)
    #expect(await fuse.query("a.example", .a).isTemporary)
    #expect(fuse.isBlown)
    for _ in 0..<100 { #expect(await fuse.query("a.example", .a).isTemporary) }
    #expect(source.asked.withLock { $0 } == 1)
  }

  @Test func strangersCannotBlowIt() async {
    let source = Source { $0.hasSuffix("silent.example") }
    let fuse = DNSFuse(source)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<10 {
        group.addTask {
          _ = await withinTime(.milliseconds(2_100), DNSAnswer.noName) {
            await fuse.query("n\(number).silent.example", .a)
          }
        }
      }
    }
    #expect(await fuse.query("bank.example", .a) == .noName)
    #expect(!fuse.isBlown)
  }
}
