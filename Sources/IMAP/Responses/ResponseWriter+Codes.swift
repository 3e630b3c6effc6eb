extension ResponseWriter {
  /// `[CODE …]`
  public mutating func responseCode(_ code: ResponseCode) {
    bytes.append(0x5B)
    if let word = code.word {
      write(word)
    } else {
      responseCodeWithArguments(code)
    }
    bytes.append(0x5D)
  }

  private mutating func responseCodeWithArguments(_ code: ResponseCode) {
    switch code {
    case .badCharset(let names): badCharset(names)
    case .capability(let names): capabilityWords(names)
    case .permanentFlags(let flags, let allowsNew): permanentFlags(flags, allowsNew)
    case .uidNext(let uid): numbered("UIDNEXT ", UInt64(uid))
    case .uidValidity(let value): numbered("UIDVALIDITY ", UInt64(value))
    case .unseen(let number): numbered("UNSEEN ", UInt64(number))
    case .highestModSequence(let value): numbered("HIGHESTMODSEQ ", value)
    case .metadataLongEntries(let size): numbered("METADATA LONGENTRIES ", size)
    case .metadataMaximumSize(let size): numbered("METADATA MAXSIZE ", size)
    case .appendUID(let uidValidity, let uids):
      numbered("APPENDUID ", UInt64(uidValidity))
      bytes.append(0x20)
      uids.write(to: &bytes)
    case .copyUID(let uidValidity, let source, let destination): copyUID(uidValidity, source, destination)
    case .modified(let set):
      write("MODIFIED ")
      set.write(to: &bytes)
    case .mailboxID(let id):
      write("MAILBOXID (")
      write(id)
      bytes.append(OctetClass.close)
    case .badEvent(let names): badEvent(names)
    case .inProgress(let tag, let done, let total): inProgress(tag, done, total)
    case .other(let text): write(safeText: text)
    default: break
    }
  }

  private mutating func numbered(_ word: StaticString, _ number: UInt64) {
    write(word)
    write(number)
  }

  private mutating func badCharset(_ names: [String]) {
    write("BADCHARSET")
    guard !names.isEmpty else { return }
    write(" (")
    write(names.joined(separator: " "))
    bytes.append(OctetClass.close)
  }

  private mutating func permanentFlags(_ flags: [IMAPFlag], _ allowsNew: Bool) {
    write("PERMANENTFLAGS ")
    flagList(flags, allowsNew: allowsNew)
  }

  private mutating func badEvent(_ names: [String]) {
    write("BADEVENT (")
    write(names.joined(separator: " "))
    bytes.append(OctetClass.close)
  }

  /// RFC 4315 §3: the source and destination lists pair in order, so they are compressed only where both ascend by one.
  private mutating func copyUID(_ uidValidity: UInt32, _ source: [UInt32], _ destination: [UInt32]) {
    numbered("COPYUID ", UInt64(uidValidity))
    bytes.append(0x20)
    orderedSet(source)
    bytes.append(0x20)
    orderedSet(destination)
  }

  /// Numbers in their order, with runs that ascend by one as ranges.
  mutating func orderedSet(_ numbers: [UInt32]) {
    var at = 0
    while at < numbers.count {
      var last = at
      while last + 1 < numbers.count, numbers[last + 1] == numbers[last] &+ 1 { last += 1 }
      if at > 0 { bytes.append(0x2C) }
      write(numbers[at])
      if last > at {
        bytes.append(0x3A)
        write(numbers[last])
      }
      at = last + 1
    }
  }

  /// RFC 9585 §3: `INPROGRESS ("tag" done total)`, unknown ones NIL.
  private mutating func inProgress(_ tag: String?, _ done: UInt64?, _ total: UInt64?) {
    write("INPROGRESS")
    guard tag != nil || done != nil || total != nil else { return }
    write(" (")
    nstring(tag)
    for number in [done, total] {
      bytes.append(0x20)
      if let number { write(number) } else { write("NIL") }
    }
    bytes.append(OctetClass.close)
  }
}
