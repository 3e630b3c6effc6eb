import Glibc
import Logging
import Store
import Testing

@testable import Postroom

/// Imports that break off, and two at once.
extension TransferTests {
  /// Batches are durable with how far they are: killed after any of them, the next run brings the rest, once.
  @Test func anImportThatBreaksOffGoesOn() async throws {
    let bench = try await Bench()
    var mbox: [UInt8] = []
    for number in 0..<1_700 {
      mbox += Self.text(
        "From a@x Thu Nov 24 18:22:48 1986", "Subject: \(number)", "X-UIDL: id-\(number)", "", "body \(number)", "")
    }
    let path = try bench.file("in.mbox", mbox)
    let importer = Importer(store: bench.store, account: bench.account)
    let stopped = Task {
      try await importer.run(
        path, format: nil, into: "INBOX",
        progress: { done, _ in if done > 0 { withUnsafeCurrentTask { $0?.cancel() } } })
    }
    _ = await stopped.result
    let report = try await bench.take(path)
    let seen = try await bench.seen()
    #expect(try await bench.ids() == (0..<1_700).map { "id-\($0)" })
    #expect(seen.count == 1_700 && report.messages <= 1_700)
    #expect(seen.map(\.bytes) == (0..<1_700).map { Self.mail("Subject: \($0)", "", "body \($0)") })
  }

  /// Two runs of one import side by side: no message comes twice, and whoever is late is told.
  @Test func twoImportsOfTheSameMail() async throws {
    let bench = try await Bench()
    var mbox: [UInt8] = []
    for number in 0..<3_000 {
      mbox += Self.text("From a@x Thu Nov 24 18:22:48 1986", "Subject: \(number)", "", "body \(number)", "")
    }
    let path = try bench.file("in.mbox", mbox)
    let (store, account) = (bench.store, bench.account)
    let results = await withTaskGroup(of: TransferFault?.self) { group in
      for _ in 0..<3 {
        group.addTask {
          do throws(TransferFault) {
            _ = try await Importer(store: store, account: account).run(
              path, format: nil, into: "INBOX", progress: { _, _ in })
            return nil
          } catch { return error }
        }
      }
      return await group.reduce(into: [TransferFault?]()) { $0.append($1) }
    }
    #expect(results.contains(nil) && results.allSatisfy { $0 == nil || $0 == .underWay }, "\(results)")
    #expect(try await bench.take(path).messages == 0)
    #expect(try await bench.seen().map(\.bytes) == (0..<3_000).map { Self.mail("Subject: \($0)", "", "body \($0)") })
  }
}

/// Removes a folder with all that is in it.
func removeTree(_ path: String) {
  if FolderFiles.isFolder(path) {
    do throws(TransferFault) {
      for name in try FolderFiles.names(path) { removeTree("\(path)/\(name)") }
    } catch { return }
    rmdir(path)
  } else {
    unlink(path)
  }
}
