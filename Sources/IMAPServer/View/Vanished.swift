import IMAP
import Store

/// What is gone from a mailbox, for VANISHED (EARLIER) (RFC 7162 §3.2.10.1).
enum Vanished {
  /// The UIDs removed after `modseq`. Those that the client still counts in `table` are left out: their removal is told
  /// as a change of its own, later.
  static func uids(
    since modseq: Modseq, in mailbox: OpenMailbox, _ table: MessageTable, _ context: CommandContext
  ) async throws(StoreFault) -> NumberSet {
    let gone = NumberSet(try await context.store.vanished(since: modseq, in: mailbox))
    var missing = NumberSet()
    for range in gone.ranges {
      var next = UInt64(range.lowerBound)
      var index = table.lowerBound(range.lowerBound)
      while index < table.count, table.uid(at: index) <= range.upperBound {
        let uid = table.uid(at: index)
        if next < UInt64(uid) { missing.append(UInt32(next)...uid - 1) }
        next = UInt64(uid) + 1
        index += 1
      }
      if next <= UInt64(range.upperBound) { missing.append(UInt32(next)...range.upperBound) }
    }
    return missing
  }
}
