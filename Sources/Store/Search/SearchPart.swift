import Mail

/// One part of an account's index, ready to be stored: immutable, some messages' words and short texts.
struct SearchPart {
  /// What a part is at most made of, in documents; larger ones are not merged any more.
  static let documentLimit = 32_768
  /// The same in bytes of its sections, unpacked: what one merge has in memory.
  static let byteLimit = 64 << 20

  var documents = PartDocuments()
  var columns = PartColumns(columns: MessageText.Column.allCases.count)
  /// `DictionaryWriter` bytes.
  var header: [UInt8] = []
  var body: [UInt8] = []

  /// Small parts live shortly: speed. Large ones stay: space.
  private var level: Int32 { documents.count < 1_024 ? 3 : 9 }

  /// Bytes of its sections, unpacked.
  var bytes: Int { documents.count * 13 + columns.texts.reduce(0) { $0 + $1.count } + header.count + body.count }

  /// The four sections as they are stored.
  var sections: (documents: [UInt8], columns: [UInt8], header: [UInt8], body: [UInt8]) {
    (
      PartSection.pack(documents.bytes, level: level), PartSection.pack(columns.bytes, level: level),
      PartSection.pack(header, level: level), PartSection.pack(body, level: level)
    )
  }

  /// How large it is, in powers of eight: parts of one size are merged.
  static func size(documents: Int) -> Int {
    var size = 0
    var rest = documents / 16
    while rest > 0 {
      size += 1
      rest /= 8
    }
    return size
  }
}

/// Makes a part of messages, given in ascending order of their emails.
struct SearchPartBuilder {
  /// Bytes of a message's decoded text that are indexed; what is longer is always looked into.
  static let textLimit = 2 << 20
  /// Bytes of one column of one message; real ones are far shorter.
  static let columnLimit = 64 << 10

  private var part = SearchPart()
  private var header = WordList()
  private var body = WordList()

  var count: Int { part.documents.count }

  /// `isWhole` false: these are only the first bytes of the message.
  mutating func add(_ email: EmailID, _ content: [UInt8], decoder: CharsetDecoder, isWhole: Bool = true) {
    let text = MessageText(content, decoder: decoder, limit: Self.textLimit)
    let number = UInt32(count)
    var header = self.header
    self.header = WordList.none
    var isWhole = isWhole && text.header.count <= Self.textLimit
    let head = Array(text.header.prefix(Self.textLimit))
    SearchWords.forEachPiece(in: head.span) { header.add($0, document: number) }
    self.header = header
    var body = self.body
    self.body = WordList.none
    SearchWords.forEachPiece(in: text.body.span) { body.add($0, document: number) }
    self.body = body
    for column in MessageText.Column.allCases {
      var value = text.column(column)
      if value.count > Self.columnLimit {
        value = []
        isWhole = false
      }
      part.columns.append(value, column: column.rawValue)
    }
    let day = text.sentDay.flatMap { Int32(exactly: $0) } ?? PartDocuments.noDay
    part.documents.append(email.raw, day: day, isWhole: isWhole && !text.isCut)
  }

  func finish() -> SearchPart {
    var part = part
    part.header = header.dictionary(documents: count)
    part.body = body.dictionary(documents: count)
    return part
  }
}

extension WordList {
  /// Stands where a list is on loan, so that it is not copied.
  static let none = WordList()
}
