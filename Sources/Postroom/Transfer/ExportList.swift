/// mailboxes.tsv, the first file of an export: its format, and which mailbox lies where. Names of files alone can say neither an empty
/// mailbox nor a name that is too long for them.
struct ExportList {
  static let file = "mailboxes.tsv"
  private static let head = "barid\t"

  let format: TransferFormat
  let mailboxes: [(place: String, name: String)]

  init(_ format: TransferFormat, _ names: [String]) {
    self.format = format
    mailboxes = names.map { (ExportNames.place(of: $0, format), $0) }
  }

  /// nil: the folder is no export.
  init?(of folder: String) throws(TransferFault) {
    let path = "\(folder)/\(Self.file)"
    guard FolderFiles.isFile(path), let file = try FolderFiles.read(path, limit: 1 << 28) else { return nil }
    let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")
    guard let first = lines.first, first.hasPrefix(Self.head),
      let format = TransferFormat(rawValue: String(first.dropFirst(Self.head.count)))
    else { return nil }
    self.format = format
    mailboxes = lines.dropFirst().compactMap { line in
      let words = line.split(separator: "\t")
      return words.count == 2 ? (String(words[0]), ExportNames.level(from: String(words[1]))) : nil
    }
  }

  func write(to folder: String) throws(TransferFault) {
    let lines = mailboxes.map { "\($0.place)\t\(ExportNames.file(for: $0.name))\n" }
    let text = Self.head + format.rawValue + "\n" + lines.joined()
    try FolderFiles.write(Array(text.utf8), to: "\(folder)/\(Self.file)", changed: nil)
  }

  /// Gives the sources that were found in the folder their names, and adds the empty ones.
  func name(
    _ found: [any TransferSource], in folder: String, _ root: String, _ limit: Int
  ) throws(TransferFault) -> [any TransferSource] {
    var sources = found
    var places: [String: any TransferSource] = [:]
    for source in found { places[source.name] = source }
    for (place, name) in mailboxes {
      let path = place == "." ? folder : "\(folder)/\(place)"
      let mailbox = root == "INBOX" ? name : place == "." ? root : "\(root)/\(name)"
      if let source = places[path] {
        source.mailbox = mailbox
      } else if format.isOneFile, FolderFiles.isFile(path) {
        sources.append(try MboxSource(path, mailbox: mailbox, format: format, limit: limit))
      } else if !format.isOneFile, FolderFiles.isFolder(path) {
        sources.append(
          try FileSource(path, mailbox: mailbox, kind: format == .eml ? .eml : .maildir, limit: limit))
      }
    }
    return sources
  }
}
