/// The list of a backup's files: the last thing written, so that a backup without a sound one is none.
///
///     barid-backup 1
///     created 1800000000
///     lanes 2
///     file 16384 9a0b1c2d lane-0/index.sqlite
///     end 5e6f7a8b
package struct BackupManifest: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    /// Relative to the backup, "/" between levels.
    package var path: String
    package var size: Int
    package var crc: UInt32
  }
  static let name = "MANIFEST"
  static let version = 1

  /// Seconds since 1970 UTC.
  package var created: Int64
  package var lanes: Int
  package var files: [File] = []

  package var bytes: Int64 { files.reduce(0) { $0 + Int64($1.size) } }

  func encoded() -> [UInt8] {
    var text = "barid-backup \(Self.version)\ncreated \(created)\nlanes \(lanes)\n"
    for file in files { text += "file \(file.size) \(String(file.crc, radix: 16)) \(file.path)\n" }
    var bytes = Array(text.utf8)
    let crc = bytes.withUnsafeBytes { Checksum.crc32($0) }
    bytes += Array("end \(String(crc, radix: 16))\n".utf8)
    return bytes
  }

  /// Throws `.damaged` for what is no manifest, `.newer` for one of a later Barid.
  init(_ bytes: [UInt8], at path: String) throws(StoreFault) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\nend ", backwards: true) else { throw .damaged("\(path) is not whole") }
    let body = text[..<text.index(after: end)]
    let lines = body.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 3) }
    guard lines.count >= 3, lines[0].count == 2, lines[0][0] == "barid-backup", let version = Int(lines[0][1]),
      lines[1].count == 2, let created = Int64(lines[1][1]), lines[2].count == 2, let lanes = Int(lines[2][1])
    else { throw .damaged("\(path) is not the list of a backup") }
    guard version <= Self.version else {
      throw .newer("\(path) was made by a newer Barid (backup format \(version)): use that Barid or a newer one")
    }
    let sum = text[text.index(end, offsetBy: 5)...].filter { $0 != "\n" }
    guard Array(body.utf8).withUnsafeBytes({ Checksum.crc32($0) }) == UInt32(sum, radix: 16) else {
      throw .damaged("\(path) is not what was written")
    }
    self.created = created
    self.lanes = lanes
    for line in lines.dropFirst(3) {
      guard line.count == 4, line[0] == "file", let size = Int(line[1]), let crc = UInt32(line[2], radix: 16),
        !line[3].hasPrefix("/"), !line[3].split(separator: "/").contains("..")
      else { throw .damaged("\(path) names no file in a line") }
      files.append(File(path: String(line[3]), size: size, crc: crc))
    }
  }

  init(created: Int64, lanes: Int) {
    self.created = created
    self.lanes = lanes
  }

  static func read(_ folder: String) throws(StoreFault) -> BackupManifest {
    let path = "\(folder)/\(name)"
    let bytes: [UInt8]
    do throws(StoreFault) {
      let file = try Descriptor.open(path, 0)
      bytes = try file.bytes(try file.length(), at: 0) ?? []
    } catch { throw .damaged("\(folder) is no backup, or one that was not finished") }
    return try BackupManifest(bytes, at: path)
  }
}

extension String {
  /// Where `part` is last; Foundation's is not on the mail path.
  fileprivate func range(of part: String, backwards: Bool) -> String.Index? {
    var found: String.Index?
    var start = startIndex
    while let place = self[start...].firstRange(of: part)?.lowerBound {
      found = place
      start = index(after: place)
    }
    return found
  }
}
