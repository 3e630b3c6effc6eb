import IMAP

/// What a path holds: one source for each mailbox.
enum TransferFolder {
  /// nil format: found out. `root`: the mailbox that a single file or the folder itself goes to.
  static func sources(
    _ path: String, format: TransferFormat?, root: String, limit: Int
  ) throws(TransferFault) -> [any TransferSource] {
    let list = try ExportList(of: path)
    let kind = if let format { format } else if let list { list.format } else { try found(path) }
    let sources =
      switch kind {
      case .maildir: try maildirs(path, root, limit)
      case .eml: try folders(path, root, limit)
      case let mbox: try mboxes(path, root, mbox, limit)
      }
    guard let list, list.format == kind || list.format.isOneFile && kind.isOneFile else { return sources }
    return try list.name(sources, in: path, root, limit)
  }

  private static func found(_ path: String) throws(TransferFault) -> TransferFormat {
    guard FolderFiles.isFolder(path) else {
      if FolderFiles.isFile(path) { return path.lowercased().hasSuffix(".eml") ? .eml : .mbox }
      throw .unreadable(path, "no such file or folder")
    }
    if isMaildir(path) { return .maildir }
    let names = try FolderFiles.names(path)
    if names.contains(where: { $0.hasPrefix(".") && isMaildir("\(path)/\($0)") }) { return .maildir }
    return try hasEML(path) ? .eml : .mbox
  }

  private static func hasEML(_ path: String) throws(TransferFault) -> Bool {
    for name in try FolderFiles.names(path) {
      if name.lowercased().hasSuffix(".eml"), FolderFiles.isFile("\(path)/\(name)") { return true }
      if FolderFiles.isFolder("\(path)/\(name)"), try hasEML("\(path)/\(name)") { return true }
    }
    return false
  }

  private static func isMaildir(_ path: String) -> Bool {
    FolderFiles.isFolder("\(path)/cur") || FolderFiles.isFolder("\(path)/new")
  }

  private static func join(_ a: String, _ b: String) -> String { a.isEmpty ? b : "\(a)/\(b)" }

  /// One level of a Maildir++ name. A "." in it is written as its code, which strict modified UTF-7 would not do.
  private static func level(_ text: Substring) -> String {
    var parts: [String] = []
    var rest = text
    while let code = rest.firstRange(of: "&AC4-") {
      parts.append(String(rest[..<code.lowerBound]))
      rest = rest[code.upperBound...]
    }
    parts.append(String(rest))
    return parts.map { MailboxName(modifiedUTF7: Array($0.utf8))?.text ?? $0 }.joined(separator: ".")
  }

  /// Maildir++: folders are .Name.Name, in modified UTF-7 or UTF-8; also plain folders that are maildirs, one below the other.
  private static func maildirs(
    _ path: String, _ root: String, _ limit: Int
  ) throws(TransferFault) -> [any TransferSource] {
    var sources: [any TransferSource] = []
    if isMaildir(path) {
      sources.append(
        try FileSource(path, mailbox: root, kind: .maildir, isMaildrop: root == "INBOX", limit: limit))
    }
    for name in try FolderFiles.names(path) where !["cur", "new", "tmp"].contains(name) {
      let folder = "\(path)/\(name)"
      guard FolderFiles.isFolder(folder) else { continue }
      if name.hasPrefix("."), isMaildir(folder) {
        let levels = name.dropFirst().split(separator: ".").map(level)
        if levels.isEmpty { continue }
        let mailbox = (root == "INBOX" ? levels : [root] + levels).joined(separator: "/")
        sources.append(try FileSource(folder, mailbox: mailbox, kind: .maildir, limit: limit))
      } else if !name.hasPrefix(".") {
        sources += try maildirs(folder, root == "INBOX" ? name : join(root, name), limit)
      }
    }
    return sources
  }

  private static func folders(
    _ path: String, _ root: String, _ limit: Int
  ) throws(TransferFault) -> [any TransferSource] {
    if FolderFiles.isFile(path) { return [try FileSource(path, mailbox: root, kind: .eml, limit: limit)] }
    var sources: [any TransferSource] = []
    let names = try FolderFiles.names(path)
    if names.contains(where: { $0.lowercased().hasSuffix(".eml") && FolderFiles.isFile("\(path)/\($0)") }) {
      sources.append(try FileSource(path, mailbox: root, kind: .eml, limit: limit))
    }
    for name in names where !name.hasPrefix(".") && FolderFiles.isFolder("\(path)/\(name)") {
      let mailbox = root == "INBOX" ? ExportNames.level(from: name) : join(root, ExportNames.level(from: name))
      sources += try folders("\(path)/\(name)", mailbox, limit)
    }
    return sources
  }

  /// A file is one mailbox; in a folder each file is (Name.mbox, Name), below a folder Name too.
  private static func mboxes(
    _ path: String, _ root: String, _ format: TransferFormat, _ limit: Int
  ) throws(TransferFault) -> [any TransferSource] {
    if FolderFiles.isFile(path) {
      return [try MboxSource(path, mailbox: root, format: format, limit: limit)]
    }
    var sources: [any TransferSource] = []
    for name in try FolderFiles.names(path) where !name.hasPrefix(".") {
      let file = "\(path)/\(name)"
      let stem = ExportNames.level(from: name.hasSuffix(".mbox") ? String(name.dropLast(5)) : name)
      let mailbox = root == "INBOX" ? stem : join(root, stem)
      if FolderFiles.isFolder(file) {
        sources += try mboxes(file, mailbox, format, limit)
      } else if isMbox(file) {
        sources.append(try MboxSource(file, mailbox: mailbox, format: format, limit: limit))
      }
    }
    return sources
  }

  private static func isMbox(_ path: String) -> Bool {
    do throws(TransferFault) {
      guard let first = try FileLines(path).line() else { return false }
      return first.starts(with: Array("From ".utf8))
    } catch { return false }
  }
}

/// Mailbox levels as names of files, and back: "/", what a file system or shell would stumble over, and what would look like another
/// file of an export, becomes %XX.
enum ExportNames {
  /// Ends of names that files of an export have.
  private static let ends = [".mbox", ".eml", ".tsv"]
  private static let maildir = ["cur", "new", "tmp"]

  /// Where a mailbox lies below the folder of an export; "." is the folder itself.
  static func place(of mailbox: String, _ format: TransferFormat) -> String {
    let levels = mailbox.split(separator: "/").map(String.init)
    if format == .maildir {
      // Maildir++: INBOX is the folder itself, and all others lie in it.
      return mailbox == "INBOX" ? "." : shortened("." + levels.map(dotted).joined(separator: "."))
    }
    return shortened(levels.map(file).joined(separator: "/")) + (format == .eml ? "" : ".mbox")
  }

  private static func dotted(_ level: String) -> String {
    String(decoding: MailboxName(level).modifiedUTF7, as: UTF8.self).split(
      separator: ".", omittingEmptySubsequences: false
    ).joined(separator: "&AC4-")
  }

  /// What is longer than names of files and paths may be (255 and 4,096 bytes) becomes its beginning and a fingerprint; `ExportList`
  /// has the name.
  private static func shortened(_ place: String) -> String {
    if place.utf8.count <= 1_000, place.split(separator: "/").allSatisfy({ $0.utf8.count <= 240 }) { return place }
    var start = place.prefix { $0 != "/" }
    while start.utf8.count > 100 { start.removeLast() }
    return "\(start)~\(String(fingerprint(place), radix: 16))"
  }

  static func file(for level: String) -> String {
    var bytes: [UInt8] = []
    for byte in level.utf8 {
      switch byte {
      case 0x2F, 0x25, 0x5C, 0x3A, 0..<0x20, 0x7F: bytes += Array(("%" + hex(byte)).utf8)
      default: bytes.append(byte)
      }
    }
    let name = String(decoding: bytes, as: UTF8.self)
    if name.hasPrefix(".") { return "%2E" + name.dropFirst() }
    if let end = ends.first(where: { name.lowercased().hasSuffix($0) }) {
      return name.dropLast(end.count) + "%2E" + name.suffix(end.count - 1)
    }
    return maildir.contains(name) ? "%" + hex(name.utf8.first ?? 0) + name.dropFirst() : name
  }

  static func level(from name: String) -> String {
    guard name.contains("%") else { return name }
    var bytes: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == 0x25, rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func hex(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16, uppercase: true)
    return text.count == 1 ? "0" + text : text
  }
}
