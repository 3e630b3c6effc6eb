import IMAP
import Mail
import Store

/// Puts FETCH responses together, item by item, in the order asked.
struct FetchAssembler {
  let plan: FetchPlan
  var responses: ResponseWriter
  private let view: ViewSnapshot
  private var flagTexts: FlagTexts
  /// Between `begin` and `end`.
  private(set) var isOpen = false
  /// A part of a response was sent and its end was not.
  var isCut = false
  private let modes: Modes

  init(_ plan: FetchPlan, _ responses: ResponseWriter, _ view: ViewSnapshot, _ modes: Modes) {
    self.plan = plan
    self.modes = modes
    self.responses = responses
    self.view = view
    flagTexts = FlagTexts(view.keywords)
  }

  /// One whole response; for what needs no octets of the message.
  mutating func add(_ index: Int, _ record: MessageRecord, _ derived: Derived?) {
    var none: MessageContent?
    add(index, record, derived, &none)
  }

  /// One whole response.
  mutating func add(_ index: Int, _ record: MessageRecord, _ derived: Derived?, _ content: inout MessageContent?) {
    begin(index, record)
    for item in plan.items { write(item, record, derived, &content) }
    end()
  }

  /// Whether a message is left out (RFC 3516 §4.3).
  mutating func leavesOut(_ content: inout MessageContent) -> Bool {
    for section in plan.binarySections where content.decoded(section) == .unknownEncoding { return true }
    return false
  }

  mutating func begin(_ index: Int, _ record: MessageRecord) {
    isOpen = true
    if modes.uidOnly { responses.beginUIDFetch(record.uid) } else { responses.beginFetch(UInt32(index + 1)) }
  }

  mutating func end() {
    responses.endFetch()
    isOpen = false
  }

  /// One item with its value.
  mutating func write(
    _ item: FetchItem, _ record: MessageRecord, _ derived: Derived?, _ content: inout MessageContent?
  ) {
    switch item {
    case .uid: responses.fetchUID(record.uid)
    case .flags:
      responses.fetchFlags(text: flagTexts.text(record.flags, isRecent: !modes.rev2 && view.isRecent(record.uid)))
    case .internalDate: responses.fetchInternalDate(record.arrived)
    case .rfc822Size: responses.fetchSize(UInt64(record.size))
    case .modSequence: responses.fetchModSequence(record.modseq)
    case .emailID: responses.fetchEmailID(ObjectID.email(record.email, of: view.foreign))
    // RFC 8474 §5.3: NIL for a message from before there were threads.
    case .threadID: responses.fetchThreadID(derived?.thread.map { ObjectID.thread($0, of: view.foreign) })
    case .saveDate: responses.fetchSaveDate(MailDate(seconds: record.savedAt))
    case .envelope: responses.fetchEnvelope(derived?.envelope ?? Array("NIL".utf8))
    case .bodyStructure: responses.fetchBodyStructure(derived?.structure ?? Array("NIL".utf8), extensible: true)
    case .preview: responses.fetchPreview(derived?.preview)
    case .body:
      let text = derived.map { BodyStructureText.plain($0.structure) } ?? Array("NIL".utf8)
      responses.fetchBodyStructure(text, extensible: false)
    case .binarySize(let spec): responses.fetchBinarySize(spec, UInt64(content?.decoded(spec).count ?? 0))
    case .binary(let spec, _, let partial): writeBinary(spec, partial, &content)
    case .section, .rfc822, .rfc822Header, .rfc822Text: writeSection(item, &content)
    }
  }

  private mutating func writeSection(_ item: FetchItem, _ content: inout MessageContent?) {
    name(item)
    guard let octets = content?.octets(of: item) else { return responses.nstring([UInt8]?.none) }
    responses.literal(octets)
  }

  /// The item's name; its value follows.
  mutating func name(_ item: FetchItem) {
    switch item {
    case .section(let spec, _, let partial): responses.fetchSectionName(spec, first: partial?.first)
    case .binary(let spec, _, let partial): responses.fetchBinaryName(spec, first: partial?.first)
    default: responses.fetchRFC822Name(item)
    }
  }

  private mutating func writeBinary(_ spec: SectionSpec, _ partial: PartialFetch?, _ content: inout MessageContent?) {
    guard case .octets(let octets) = content?.decoded(spec) else {
      return responses.fetchBinary(spec, first: partial?.first, [UInt8]?.none)
    }
    let range = partial?.range(in: octets.count) ?? 0..<octets.count
    responses.fetchBinary(spec, first: partial?.first, octets[range])
  }
}

extension MessageRecord {
  /// INTERNALDATE in the zone it was given in.
  var arrived: MailDate { MailDate(seconds: internalDate, zoneMinutes: keptDate.zoneMinutes) }
}

extension MailDate {
  /// As the store keeps it.
  var kept: Int64 { KeptDate(seconds: seconds, zoneMinutes: zoneMinutes).rawValue }
}
