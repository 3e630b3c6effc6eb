public import Mail

/// Builds one FETCH response, item by item, between `beginFetch` and `endFetch`.
extension ResponseWriter {
  /// `* n FETCH (`
  public mutating func beginFetch(_ number: UInt32) {
    write("* ")
    write(number)
    write(" FETCH (")
    isFirstItem = true
  }

  /// `* uid UIDFETCH (`: instead of FETCH after ENABLE UIDONLY (RFC 9586).
  public mutating func beginUIDFetch(_ uid: UInt32) {
    write("* ")
    write(uid)
    write(" UIDFETCH (")
    isFirstItem = true
  }

  /// `)` and the line's end.
  public mutating func endFetch() {
    bytes.append(OctetClass.close)
    endLine()
  }

  /// A space, unless this is the first item.
  private mutating func separate() {
    if !isFirstItem { bytes.append(0x20) }
    isFirstItem = false
  }

  public mutating func fetchUID(_ uid: UInt32) {
    separate()
    item("UID ", UInt64(uid))
  }

  public mutating func fetchFlags(_ flags: some Sequence<IMAPFlag>) {
    separate()
    write("FLAGS ")
    flagList(flags)
  }

  /// A flag list that `flagList` wrote before: most messages of a mailbox share a few.
  public mutating func fetchFlags(text: [UInt8]) {
    separate()
    write("FLAGS ")
    bytes.append(contentsOf: text)
  }

  public mutating func fetchModSequence(_ value: UInt64) {
    separate()
    item("MODSEQ (", value)
    bytes.append(OctetClass.close)
  }

  public mutating func fetchSize(_ size: UInt64) {
    separate()
    item("RFC822.SIZE ", size)
  }

  public mutating func fetchInternalDate(_ date: MailDate) {
    separate()
    write("INTERNALDATE ")
    dateTime(date)
  }

  /// RFC 8514; nil for a mailbox that does not know it.
  public mutating func fetchSaveDate(_ date: MailDate?) {
    separate()
    write("SAVEDATE ")
    if let date { dateTime(date) } else { write("NIL") }
  }

  /// `EnvelopeText.render`'s octets.
  public mutating func fetchEnvelope(_ text: [UInt8]) {
    separate()
    write("ENVELOPE ")
    bytes.append(contentsOf: text)
  }

  /// `BodyStructureText.render`'s octets: BODYSTRUCTURE with `extensible` text, BODY with the other.
  public mutating func fetchBodyStructure(_ text: [UInt8], extensible: Bool) {
    separate()
    write(extensible ? "BODYSTRUCTURE " : "BODY ")
    bytes.append(contentsOf: text)
  }

  /// RFC 8474
  public mutating func fetchEmailID(_ id: String) {
    separate()
    write("EMAILID (")
    write(id)
    bytes.append(OctetClass.close)
  }

  /// RFC 8474; nil where the server knows no thread.
  public mutating func fetchThreadID(_ id: String?) {
    separate()
    write("THREADID ")
    if let id {
      bytes.append(OctetClass.open)
      write(id)
      bytes.append(OctetClass.close)
    } else {
      write("NIL")
    }
  }

  /// RFC 8970; nil where it is not to be had (or not yet, with LAZY).
  ///
  /// Always a literal when it is not ASCII: RFC 8970 §3.1 makes it UTF-8 in every session.
  public mutating func fetchPreview(_ text: String?) {
    separate()
    write("PREVIEW ")
    nstring(text)
  }

  /// `BODY[…]<n> ` with its octets; nil for NIL.
  public mutating func fetchSection(_ spec: SectionSpec, first: UInt64? = nil, _ octets: (some Collection<UInt8>)?) {
    fetchSectionName(spec, first: first)
    if let octets { literal(octets) } else { write("NIL") }
  }

  /// `BODY[…]<n> `: the caller writes the value: `literalHeader` and exactly so many octets, or NIL by `nstring(nil)`.
  public mutating func fetchSectionName(_ spec: SectionSpec, first: UInt64? = nil) {
    separate()
    write("BODY")
    section(spec)
    origin(first)
    bytes.append(0x20)
  }

  /// `[…]`
  private mutating func section(_ spec: SectionSpec) {
    bytes.append(0x5B)
    for (at, number) in spec.part.enumerated() {
      if at > 0 { bytes.append(0x2E) }
      write(number)
    }
    if spec.text != .whole, !spec.part.isEmpty { bytes.append(0x2E) }
    switch spec.text {
    case .whole: break
    case .header: write("HEADER")
    case .headerFields(let names): headerList("HEADER.FIELDS (", names)
    case .headerFieldsNot(let names): headerList("HEADER.FIELDS.NOT (", names)
    case .text: write("TEXT")
    case .mime: write("MIME")
    }
    bytes.append(0x5D)
  }

  private mutating func headerList(_ word: StaticString, _ names: [String]) {
    write(word)
    for (at, name) in names.enumerated() {
      if at > 0 { bytes.append(0x20) }
      astring(name)
    }
    bytes.append(OctetClass.close)
  }

  /// RFC 9051 §7.5.2: only where the offset starts is told.
  private mutating func origin(_ first: UInt64?) {
    guard let first else { return }
    bytes.append(0x3C)
    write(first)
    bytes.append(0x3E)
  }

  /// `RFC822`, `RFC822.HEADER` or `RFC822.TEXT` (RFC 3501 §7.4.2): the name only, like `fetchSectionName`.
  public mutating func fetchRFC822Name(_ item: FetchItem) {
    separate()
    switch item {
    case .rfc822Header: write("RFC822.HEADER ")
    case .rfc822Text: write("RFC822.TEXT ")
    default: write("RFC822 ")
    }
  }

  /// `BINARY[…]<n> value` (RFC 3516 §4.3): a literal8 when it holds NUL; nil for NIL.
  public mutating func fetchBinary(_ spec: SectionSpec, first: UInt64? = nil, _ octets: (some Collection<UInt8>)?) {
    fetchBinaryName(spec, first: first)
    guard let octets else { return write("NIL") }
    if octets.contains(0) { literal8(octets) } else { literal(octets) }
  }

  /// `BINARY[…]<n> `: the caller writes the value: `literal8Header` and exactly so many octets, or NIL.
  public mutating func fetchBinaryName(_ spec: SectionSpec, first: UInt64? = nil) {
    separate()
    write("BINARY")
    section(spec)
    origin(first)
    bytes.append(0x20)
  }

  /// `BINARY.SIZE[…] n`
  public mutating func fetchBinarySize(_ spec: SectionSpec, _ size: UInt64) {
    separate()
    write("BINARY.SIZE")
    section(spec)
    item(" ", size)
  }
}
