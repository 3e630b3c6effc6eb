import Glibc
import Synchronization

/// How far long work is, as one line on a terminal that is written over; elsewhere nothing.
final class ProgressBar: Sendable {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let isDrawn = Mutex(false)
  private let start = ContinuousClock.now

  func show(_ done: Int64, of total: Int64) {
    guard isShown, total > 0 else { return }
    let share = min(1, Double(done) / Double(total))
    let width = 40
    let full = Int(share * Double(width))
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    var line = "\r\(bar) \(Int(share * 100)) %"
    let passed = Double((ContinuousClock.now - start).components.seconds)
    if share > 0.02, passed > 3 { line += "  \(Int(passed / share - passed)) s " }
    Terminal.write(line + "\u{1B}[K")
    isDrawn.withLock { $0 = true }
  }

  func clear() {
    if isDrawn.withLock({ $0 }) { Terminal.write("\r\u{1B}[K") }
  }
}
