import Glibc

/// What the in-process benchmarks (`make bench`) share: they are tests that BARID_BENCH switches on.
public enum Benchmark {
  public static let isAsked = getenv("BARID_BENCH") != nil

  /// One figure, on a line of its own.
  public static func say(_ text: String) {
    let line = "BENCH \(text)\n"
    _ = line.withCString { write(1, $0, strlen($0)) }
  }

  /// Processor time of this process so far, in seconds.
  public static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Forgets what the system has read of files, as a restart does; false where this user may not.
  public static func dropCaches() -> Bool {
    sync()
    let file = open("/proc/sys/vm/drop_caches", O_WRONLY)
    guard file >= 0 else { return false }
    defer { close(file) }
    return write(file, "3", 1) == 1
  }

  /// Processor seconds of one round, after a tenth of the rounds to warm up.
  public static func seconds(rounds: Int, _ body: () -> Void) -> Double {
    for _ in 0..<max(1, rounds / 10) { body() }
    let start = processorSeconds()
    for _ in 0..<rounds { body() }
    return (processorSeconds() - start) / Double(rounds)
  }
}
