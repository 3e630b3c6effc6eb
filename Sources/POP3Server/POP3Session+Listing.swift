import Net
import POP3
import Store

// STAT, LIST and UIDL (RFC 1939 §5, §7): all from the snapshot in memory.
extension POP3Session {
  mutating func list(_ step: ServerStep, _ output: inout Output) -> Step<Outcome> {
    guard let maildrop else { return .close }
    var bytes: [UInt8] = []
    switch step {
    case .stat:
      let octets = maildrop.octets { machine.deleted.contains($0) }
      write(.stat(count: maildrop.table.count - machine.deleted.count, octets: octets), &output)
    case .scan(let index): write(.ok("\(index + 1) \(maildrop.table[index].size)"), &output)
    case .uniqueID(let index):
      let id = String(decoding: Maildrop.uniqueID(maildrop.table[index].item), as: UTF8.self)
      write(.ok("\(index + 1) \(id)"), &output)
    case .scanAll:
      listAll(maildrop, &output) { ListingWriter.line($0 + 1, $1.size, into: &bytes) }
      output.write(bytes)
      output.write(".\r\n")
    default:
      listAll(maildrop, &output) { ListingWriter.line($0 + 1, id: Maildrop.uniqueID($1.item), into: &bytes) }
      output.write(bytes)
      output.write(".\r\n")
    }
    return .proceed
  }

  private func listAll(_ maildrop: Maildrop, _ output: inout Output, _ line: (Int, MessageRecord) -> Void) {
    write(.ok(.listing), &output)
    maildrop.table.forEach { index, record in
      if !machine.deleted.contains(index) { line(index, record) }
    }
  }
}
