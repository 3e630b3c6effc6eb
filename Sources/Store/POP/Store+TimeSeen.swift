import CStore
import Database

extension Store {
  /// True when the kernel's clock is disciplined from outside (NTP).
  package static var clockIsSynchronised: Bool { cstore_clock_is_synchronised() != 0 }

  /// The latest time that any lane has on disk (ARCHITECTURE.md, invariant 7), seconds since 1970 UTC; 0 in a new folder.
  package func timeSeen() async throws(StoreFault) -> Int64 {
    var latest: Int64 = 0
    for lane in lanes {
      let seen = try await lane.read { reader throws(StoreFault) in
        let connection = try reader.connection()
        return try inStore { () throws(DatabaseFault) in
          try connection.first(LaneSQL.readState) { $0.int(8) } ?? 0
        }
      }
      latest = max(latest, seen)
    }
    return latest
  }
}
