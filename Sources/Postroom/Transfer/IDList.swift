/// The unique ids for POP3 beside the messages of a folder: Dovecot's dovecot-uidlist, or Barid's uidl.tsv.
///
/// Names are found by their fingerprint: sixteen bytes a message are in memory, the ids stay in the file.
final class IDList {
  enum Kind { case dovecot, table }

  private let lines: FileLines
  private let kind: Kind
  /// Where the line of each name begins, ascending by the name's fingerprint.
  private var places: [(name: Int64, position: Int64)] = []
  /// Of the mailbox that Dovecot served by POP3: ids that it did not save are made as it makes them.
  private var uidValidity: UInt32?

  /// - Parameter isMaildrop: the folder is what POP3 served.
  init(_ path: String, _ kind: Kind, isMaildrop: Bool = false) throws(TransferFault) {
    self.kind = kind
    lines = try FileLines(path)
    if kind == .dovecot {
      // "3 V<UIDVALIDITY> N<next UID> …"; what is older has no ids.
      guard let head = try line()?.split(separator: " "), head.first == "3" else { return }
      if isMaildrop { uidValidity = head.first { $0.hasPrefix("V") }.flatMap { UInt32($0.dropFirst()) } }
    }
    while true {
      let position = lines.position
      guard let line = try line() else { break }
      if let found = entry(line) { places.append((fingerprint(String(found.name)), position)) }
    }
    places.sort { $0.name < $1.name }
  }

  /// The id of the message in the file of this name (without flags).
  func id(of name: Substring) throws(TransferFault) -> String? {
    let wanted = fingerprint(String(name))
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle].name < wanted { low = middle + 1 } else { high = middle }
    }
    while low < places.count, places[low].name == wanted {
      lines.seek(places[low].position)
      if let line = try line(), let found = entry(line), found.name == name { return found.id }
      low += 1
    }
    return nil
  }

  private func line() throws(TransferFault) -> Substring? {
    guard let bytes = try lines.line(limit: 64 << 10) else { return nil }
    return String(decoding: bytes, as: UTF8.self)[...].prefix { $0 != "\n" && $0 != "\r\n" }
  }

  /// nil: nothing about a message's id.
  private func entry(_ line: Substring) -> (name: Substring, id: String)? {
    switch kind {
    case .table:
      guard let tab = line.firstIndex(of: "\t") else { return nil }
      return (line[..<tab], String(line[line.index(after: tab)...]))
    case .dovecot:
      // "<UID> P<id> W<size> … :<name>", the fields in any order.
      guard let colon = line.firstRange(of: " :") else { return nil }
      let fields = line[..<colon.lowerBound].split(separator: " ")
      let name = line[colon.upperBound...].prefix { $0 != ":" && $0 != ";" }
      if let saved = fields.dropFirst().first(where: { $0.hasPrefix("P") })?.dropFirst() {
        // An id that is the file's name (pop3_uidl_format = %f) is not written twice.
        return (name, String(saved.isEmpty ? name : saved))
      }
      guard let uidValidity, let uid = fields.first.flatMap({ UInt32($0) }) else { return nil }
      // Dovecot's default, pop3_uidl_format = %08Xu%08Xv.
      return (name, Self.hex(uid) + Self.hex(uidValidity))
    }
  }

  private static func hex(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
