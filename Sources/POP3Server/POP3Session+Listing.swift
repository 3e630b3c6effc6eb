import Directory
import Net
import POP3
import Store

// STAT, LIST and UIDL (RFC 1939 §5, §7): all from the snapshot in memory.
extension POP3Session {
  mutating func list(_ step: ServerStep, _ output: inout Output) -> Step<Outcome> {
    guard let maildrop, let count = machine.messageCount else { return .close }
    let shown = 0..<count
    var bytes: [UInt8] = []
    switch step {
    case .stat:
      var octets = 0
      let marks = machine.deleted
      maildrop.forEach(shown) { index, record in
        if !marks.contains(index) { octets += maildrop.size(record) }
      }
      write(.stat(count: count - marks.count, octets: octets), &output)
    case .scan(let index): write(.ok("\(index + 1) \(maildrop.size(maildrop[index]))"), &output)
    case .uniqueID(let index):
      noteListing(maildrop)
      let id = String(decoding: maildrop.uniqueID(maildrop[index]), as: UTF8.self)
      write(.ok("\(index + 1) \(id)"), &output)
    case .scanAll:
      listAll(maildrop, shown, &output) { ListingWriter.line($0 + 1, maildrop.size($1), into: &bytes) }
      output.write(bytes)
      output.write(".\r\n")
    default:
      noteListing(maildrop)
      listAll(maildrop, shown, &output) { ListingWriter.line($0 + 1, id: maildrop.uniqueID($1), into: &bytes) }
      output.write(bytes)
      output.write(".\r\n")
    }
    return .proceed
  }

  /// Once for each device: nothing is kept from it any more.
  private mutating func noteListing(_ maildrop: Maildrop) {
    guard !hasNotedListing, let device = open?.principal.deviceKey, maildrop.device?.listsIDs != true else { return }
    hasNotedListing = true
    service.store.popNote(device, of: maildrop.account, listsIDs: true)
  }

  private func listAll(
    _ maildrop: Maildrop, _ shown: Range<Int>, _ output: inout Output, _ line: (Int, MessageRecord) -> Void
  ) {
    write(.ok(.listing), &output)
    let marks = machine.deleted
    maildrop.forEach(shown) { index, record in
      if !marks.contains(index) { line(index, record) }
    }
  }
}
