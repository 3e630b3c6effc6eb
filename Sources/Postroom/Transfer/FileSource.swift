import Mail
import Store

/// The messages of a folder that has one file a message: Maildir's cur and new, a folder of .eml files, or one of them. In order of their names.
final class FileSource: TransferSource {
  enum Kind { case maildir, eml }

  var mailbox: String
  let name: String
  /// Holds the files; `name`, or where `name` is one file, its folder.
  private let folder: String
  private let kind: Kind
  private let limit: Int
  /// Relative to `folder`.
  private let files: [String]
  private var place = 0
  private var keywords: [Character: String] = [:]
  private var facts = FileFacts()
  private var ids: IDList?
  /// Files that were larger than the limit.
  private(set) var tooLarge = 0

  var total: Int64 { Int64(files.count) }

  /// - Parameter isMaildrop: the folder that the old server gave out by POP3.
  init(
    _ path: String, mailbox: String, kind: Kind, isMaildrop: Bool = false, limit: Int
  ) throws(TransferFault) {
    self.mailbox = mailbox
    self.kind = kind
    self.limit = limit
    name = path
    var files: [String] = []
    if kind == .eml, FolderFiles.isFile(path) {
      let cut = path.lastIndex(of: "/")
      folder = cut.map { String(path[..<$0]) } ?? "."
      self.files = [String(path[(cut.map { path.index(after: $0) } ?? path.startIndex)...])]
      return
    }
    folder = path
    let facts = try FileFacts("\(path)/flags.tsv")
    self.facts = facts
    switch kind {
    case .maildir:
      for folder in ["cur", "new"] where FolderFiles.isFolder("\(path)/\(folder)") {
        files += try FolderFiles.names("\(path)/\(folder)").filter { !$0.hasPrefix(".") }.map { "\(folder)/\($0)" }
      }
      // By the unique part, so that a message that moved from new to cur keeps its place; Barid's own in the order of their UIDs.
      let places = files.map { (facts.place(of: Self.base($0)), $0) }
      files = places.sorted { ($0.0, Self.base($0.1)) < ($1.0, Self.base($1.1)) }.map(\.1)
    case .eml:
      files = try FolderFiles.names(path).filter {
        $0.lowercased().hasSuffix(".eml") && FolderFiles.isFile("\(path)/\($0)")
      }
    }
    self.files = files
    try readSideFiles(isMaildrop)
  }

  private func readSideFiles(_ isMaildrop: Bool) throws(TransferFault) {
    let list = "\(name)/\(kind == .maildir ? "dovecot-uidlist" : "uidl.tsv")"
    if FolderFiles.isFile(list) {
      ids = try IDList(list, kind == .maildir ? .dovecot : .table, isMaildrop: isMaildrop)
    }
    if kind == .maildir, FolderFiles.isFile("\(name)/dovecot-keywords"),
      let file = try FolderFiles.read("\(name)/dovecot-keywords", limit: 1 << 20)
    {
      for line in String(decoding: file.bytes, as: UTF8.self).split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let number = Int(words[0]), (0..<26).contains(number) else { continue }
        keywords[Character(UnicodeScalar(UInt8(97 + number)))] = String(words[1])
      }
    }
  }

  /// The name without folder and flags.
  private static func base(_ file: String) -> Substring {
    let name = file[(file.firstIndex(of: "/").map { file.index(after: $0) } ?? file.startIndex)...]
    return name.prefix { $0 != ":" && $0 != ";" }
  }

  func seek(position: Int64, last: Int64) throws(TransferFault) {
    if position == 0 { return place = 0 }
    // New files may have come before: the last one taken is looked for by its name.
    let expected = Int(position) - 1
    if files.indices.contains(expected), try isLast(files[expected], last) { return place = expected + 1 }
    for (found, file) in files.enumerated() {
      if try isLast(file, last) { return place = found + 1 }
    }
    throw .changed(name)
  }

  private func isLast(_ file: String, _ last: Int64) throws(TransferFault) -> Bool {
    if kind == .maildir { return mark(file, []) == last }
    guard let found = try FolderFiles.read("\(folder)/\(file)", limit: limit) else { return false }
    return mark(file, found.bytes) == last
  }

  /// Maildir never gives out a name twice; an .eml file is known again by its beginning too.
  private func mark(_ file: String, _ bytes: [UInt8]) -> Int64 {
    let name = fingerprint(String(Self.base(file)))
    return kind == .maildir ? name : name ^ fingerprint(bytes.prefix(4_096))
  }

  func next() throws(TransferFault) -> TransferMessage? {
    while place < files.count {
      let file = files[place]
      place += 1
      guard let found = try FolderFiles.read("\(folder)/\(file)", limit: limit) else {
        tooLarge += 1
        continue
      }
      let fact = facts[Self.base(file)]
      var message = TransferMessage(
        bytes: fact?.size == found.bytes.count ? found.bytes : found.bytes.withMailLineEnds(),
        date: fact?.date?.rawValue ?? (found.changed == 0 ? nil : found.changed), position: Int64(place),
        last: mark(file, found.bytes))
      message.uniqueID = try ids?.id(of: Self.base(file))
      if kind == .maildir { takeMaildirFlags(file, &message) }
      takeListedFlags(fact?.words ?? [], &message)
      return message
    }
    return nil
  }

  /// "…:2,FRS" (https://cr.yp.to/proto/maildir.html); small letters are keywords by number (Dovecot).
  private func takeMaildirFlags(_ file: String, _ message: inout TransferMessage) {
    guard file.hasPrefix("cur/"), let start = file.firstRange(of: ":2,") ?? file.firstRange(of: ";2,") else { return }
    for letter in file[start.upperBound...] {
      switch letter {
      case "S": message.isSeen = true
      case "R": message.isAnswered = true
      case "F": message.isFlagged = true
      case "T": message.isDeleted = true
      case "D": message.isDraft = true
      case "P": message.keywords.append("$Forwarded")
      default: if let keyword = keywords[letter] { message.keywords.append(keyword) }
      }
    }
  }

  private func takeListedFlags(_ words: [Substring], _ message: inout TransferMessage) {
    for word in words {
      switch word {
      case "\\Seen": message.isSeen = true
      case "\\Answered": message.isAnswered = true
      case "\\Flagged": message.isFlagged = true
      case "\\Deleted": message.isDeleted = true
      case "\\Draft": message.isDraft = true
      default: message.keywords.append(String(word))
      }
    }
  }
}
