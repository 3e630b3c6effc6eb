import Mail
import Store

/// What one session sees: the INBOX as it was at log-in (RFC 1939 §4). What comes later is for the next session.
struct Maildrop: Sendable {
  let mailbox: OpenMailbox
  let table: MessageTable

  init(_ mailbox: OpenMailbox) {
    self.mailbox = mailbox
    table = mailbox.state.table
  }

  var account: AccountID { mailbox.account }

  /// Octets of all messages that are not marked.
  func octets(except isMarked: (Int) -> Bool) -> Int {
    var octets = 0
    table.forEach { index, record in
      if !isMarked(index) { octets += record.size }
    }
    return octets
  }

  /// The unique id (RFC 1939 §7): the store's item number, which follows the message for life and is never given to another.
  static func uniqueID(_ item: Int64) -> [UInt8] { Array("b\(String(item, radix: 36))".utf8) }
}
