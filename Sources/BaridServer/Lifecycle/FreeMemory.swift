internal import CMemory
internal import Glibc
internal import Logging

/// Gives memory that is free back to the system. Glibc's allocator keeps what was freed, for each thread apart: after an hour of heavy
/// work a server holds three times what it needs, on a small machine at the expense of everybody else.
struct FreeMemory: Sendable {
  /// Between two looks.
  static let pause = Duration.seconds(15)
  /// What is worth the few milliseconds.
  static let step = 32 << 20

  let logger: Logger

  /// Runs until its task is cancelled.
  func run() async {
    // What is free and cannot be given back: pieces of pages.
    var kept = 0
    while (try? await Task.sleep(for: Self.pause)) != nil {
      let (before, free) = (Self.resident(), Self.free())
      kept = min(kept, free)
      guard free - kept >= Self.step else { continue }
      let took = ContinuousClock().measure { Self.giveBack() }
      kept = Self.free()
      logger.debug(
        "memory given back",
        metadata: ["before": "\(before >> 20) MiB", "after": "\(Self.resident() >> 20) MiB", "took": "\(took)"])
    }
  }

  static func giveBack() { cmemory_give_back() }

  /// Bytes that the process has and does not use, with what is not the allocator's (stacks, the program's own data).
  static func free() -> Int { max(0, resident() - cmemory_in_use()) }

  /// Bytes of memory that the process has of its own, files that it maps not counted; 0 where the system does not tell.
  static func resident() -> Int {
    // proc(5): size, resident, shared, …, in pages.
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let numbers = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      .split(separator: " ").prefix(3).compactMap { Int($0) }
    return numbers.count == 3 ? (numbers[1] - numbers[2]) * Int(getpagesize()) : 0
  }
}
