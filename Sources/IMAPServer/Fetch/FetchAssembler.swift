import IMAP
import Mail
import Store

/// Puts FETCH responses together, item by item, in the order asked.
struct FetchAssembler {
  let plan: FetchPlan
  var responses: ResponseWriter
  private let view: ViewSnapshot
  private var flagTexts: FlagTexts

  init(_ plan: FetchPlan, _ responses: ResponseWriter, _ view: ViewSnapshot) {
    self.plan = plan
    self.responses = responses
    self.view = view
    flagTexts = FlagTexts(view.keywords)
  }

  /// One whole response.
  mutating func add(_ index: Int, _ record: MessageRecord, derived: Derived?, message: [UInt8]?) {
    var content = message.map { MessageContent($0) }
    responses.beginFetch(UInt32(index + 1))
    for (place, item) in plan.items.enumerated() {
      if place > 0 { responses.space() }
      write(item, record, derived, &content)
    }
    responses.endFetch()
  }

  /// Everything of a response but the octets of the streamed item, which follow with `append`, then `end`.
  mutating func begin(_ index: Int, _ record: MessageRecord, derived: Derived?, streamed: FetchItem, size: Int) {
    responses.beginFetch(UInt32(index + 1))
    var none: MessageContent?
    for item in plan.items where item != streamed {
      write(item, record, derived, &none)
      responses.space()
    }
    responses.itemName(streamed)
    responses.literalHeader(size: size)
  }

  mutating func append(_ piece: [UInt8]) { responses.literalOctets(piece) }

  mutating func end() { responses.endFetch() }

  private mutating func write(
    _ item: FetchItem, _ record: MessageRecord, _ derived: Derived?, _ content: inout MessageContent?
  ) {
    switch item {
    case .uid: responses.uid(record.uid)
    case .flags: responses.flags(text: flagTexts.text(record.flags, isRecent: view.isRecent(record.uid)))
    case .internalDate: responses.internalDate(InternalDate(secondsSinceEpoch: record.internalDate))
    case .rfc822Size: responses.size(record.size)
    case .modSequence: responses.modSequence(record.modseq)
    case .emailID: responses.emailID(ObjectID.email(record.email))
    // RFC 8474 §5.3: NIL where the server does not group messages.
    case .threadID: responses.threadID(nil)
    case .saveDate: responses.saveDate(InternalDate(secondsSinceEpoch: record.savedAt))
    case .envelope: responses.ready("ENVELOPE ", derived?.envelope)
    case .bodyStructure: responses.ready("BODYSTRUCTURE ", derived?.structure)
    case .preview: responses.preview(derived?.preview)
    default: writeContent(item, &content)
    }
  }

  private mutating func writeContent(_ item: FetchItem, _ content: inout MessageContent?) {
    switch item {
    case .body: responses.ready("BODY ", content?.plainStructure())
    case .binarySize(let part): responses.binarySize(item, content?.decodedSize(of: part))
    case .binary(let part, _, let partial): writeBinary(item, part, partial, &content)
    default:
      responses.itemName(item)
      responses.nstring(content?.section(item))
    }
  }

  private mutating func writeBinary(
    _ item: FetchItem, _ part: [UInt32], _ partial: PartialFetch?, _ content: inout MessageContent?
  ) {
    responses.itemName(item)
    guard let octets = content?.decoded(part) else { return responses.nstring([UInt8]?.none) }
    let range = partial?.range(in: octets.count) ?? 0..<octets.count
    responses.binary(Array(octets[range]))
  }
}
