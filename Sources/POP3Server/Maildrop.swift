import Directory
import Mail
import Store

/// What one session sees: the maildrop as it was at log-in (RFC 1939 §4). What comes later is for the next session.
///
/// Messages are numbered as the mailbox has them; where a device shall see only what is new to it, these come first, and what it has
/// already stands behind, for clients that ask for unique ids.
package struct Maildrop: Sendable {
  let mailbox: OpenMailbox
  let table: MessageTable
  /// Octets of these messages as stored and as sent differ.
  private let sizes: [EmailID: WireSize]
  private let texts: UIDLTexts
  /// The device asked for UTF8: messages are sent as they are.
  private let isUTF8: Bool
  /// Numbers to rows of the table; nil: they are the same.
  private let order: [Int]?
  /// How many a client sees that does not ask for unique ids; nil: all.
  let shown: Int?
  /// The session's device as the store remembers it; nil: never here before, or the account password.
  let device: POPDeviceState?

  init(
    _ mailbox: OpenMailbox, _ opening: POPOpening, _ policy: POPPolicy, device: Int64, isUTF8: Bool
  ) {
    self.mailbox = mailbox
    let table = mailbox.state.table
    self.table = table
    sizes = opening.sizes
    texts = opening.texts
    self.isUTF8 = isUTF8
    self.device = opening.device
    // The account password is no device, and on a flagged one nobody knows who has what: nothing is hidden from them.
    guard device > 0, opening.device?.flaggedAt == nil else {
      order = nil
      shown = nil
      return
    }
    // A program that asks for unique ids knows itself what it has; mpop takes a listing longer than STAT said for an error.
    let isNarrow = (policy.onlyNew == true || policy.hasBefore != nil) && opening.device?.listsIDs != true
    guard isNarrow || !opening.hidden.isEmpty else {
      order = nil
      shown = nil
      return
    }
    var (new, had): ([Int], [Int]) = ([], [])
    table.forEach { index, record in
      if opening.hidden.contains(record.item) { return }
      let isOld =
        isNarrow
        && (policy.hasBefore.map { max(record.internalDate, record.savedAt) < $0 } == true
          || (policy.onlyNew == true && opening.taken.contains(record.item)))
      if isOld { had.append(index) } else { new.append(index) }
    }
    order = new + had
    shown = had.isEmpty ? nil : new.count
  }

  var account: AccountID { mailbox.account }
  var count: Int { order?.count ?? table.count }

  subscript(index: Int) -> MessageRecord { table[order?[index] ?? index] }

  func forEach(_ range: Range<Int>, _ body: (Int, MessageRecord) -> Void) {
    guard let order else { return table.forEach(in: range, body) }
    for index in range { body(index, table[order[index]]) }
  }

  /// Octets as sent (RFC 1939 §11).
  func size(_ record: MessageRecord) -> Int {
    if sizes.isEmpty { return record.size }
    guard let wire = sizes[record.email] else { return record.size }
    return record.size + (isUTF8 ? wire.surplus : wire.plainSurplus)
  }

  /// True when the downgraded form is sent (RFC 6856 §2, RFC 6857).
  func isDowngraded(_ record: MessageRecord) -> Bool {
    !isUTF8 && !sizes.isEmpty && sizes[record.email].map { !$0.isPlain } == true
  }

  /// The unique id (RFC 1939 §7): the one that it came with, or the store's item number, which follows the message for life and is
  /// never given to another.
  func uniqueID(_ record: MessageRecord) -> [UInt8] {
    if !texts.isEmpty, let text = texts.text(of: record.item) { return Array(text) }
    return POPIdentity.text(record.item)
  }
}
