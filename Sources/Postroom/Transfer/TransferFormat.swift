/// How mail lies in files outside Barid.
package enum TransferFormat: String, Sendable, CaseIterable {
  /// One file a mailbox, "From " lines between messages; on import rd, cl2 and o are told apart by what is in the file.
  case mbox
  /// mbox with every "From " line in a message quoted by ">", however many there are already.
  case mboxrd
  /// mbox with a Content-Length field in each message and nothing quoted.
  case mboxcl2
  /// Folders cur, new and tmp, one file a message; folders of the account as .Name.Name (Maildir++).
  case maildir
  /// One .eml file a message, one folder a mailbox, flags in flags.tsv.
  case eml

  /// One file a mailbox.
  var isOneFile: Bool { self != .maildir && self != .eml }
}

/// Why files of mail cannot be read or written.
package enum TransferFault: Error, Sendable, Equatable {
  /// Path and reason.
  case unreadable(String, String)
  case unwritable(String, String)
  /// There is no mail of a known kind.
  case unknownFormat(String)
  /// The folder is not as it was when the import broke off.
  case changed(String)
  /// The folder to export to has something in it.
  case notEmpty(String)
  /// More is damaged than can be passed over.
  case store(String)
}

/// A message on its way in.
package struct TransferMessage: Sendable {
  package var bytes: [UInt8]
  package var isSeen = false
  package var isAnswered = false
  package var isFlagged = false
  package var isDeleted = false
  package var isDraft = false
  package var keywords: [String] = []
  /// The id under which POP3 listed it.
  package var uniqueID: String?
  /// Seconds since 1970 UTC, or a `KeptDate`'s raw value where the zone is known too; nil = unknown.
  package var date: Int64?
  /// How far the source is after this message, and its fingerprint.
  package var position: Int64
  package var last: Int64 = 0
}

/// One mailbox in files: its name, and its messages one after the other.
protocol TransferSource: AnyObject {
  /// Levels joined by "/".
  var mailbox: String { get set }
  /// Names the source for `ImportMark`.
  var name: String { get }
  /// Messages that were passed over, because they are larger than the limit.
  var tooLarge: Int { get }
  /// In what `TransferMessage.position` counts: for the progress bar.
  var total: Int64 { get }
  /// Goes to where an import broke off. Throws `.changed`.
  func seek(position: Int64, last: Int64) throws(TransferFault)
  /// nil = the end.
  func next() throws(TransferFault) -> TransferMessage?
}

/// A fingerprint of a name.
func fingerprint(_ text: String) -> Int64 { fingerprint(text.utf8) }

/// FNV-1a, 63 bits.
func fingerprint(_ bytes: some Sequence<UInt8>) -> Int64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return Int64(hash >> 1)
}

extension [UInt8] {
  /// Mail is kept with CRLF: text that has only LF gets it; what has any CRLF is left bit for bit.
  func withMailLineEnds() -> [UInt8] {
    var previous: UInt8 = 0
    var lines = 0
    for byte in self {
      if byte == 10 {
        if previous == 13 { return self }
        lines += 1
      }
      previous = byte
    }
    if lines == 0 { return self }
    var result: [UInt8] = []
    result.reserveCapacity(count + lines)
    for byte in self {
      if byte == 10 { result.append(13) }
      result.append(byte)
    }
    return result
  }
}
