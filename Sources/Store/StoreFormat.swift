import Glibc

/// The file "format" of a data folder: what it is and how many lanes it was made with. Written once.
struct StoreFormat: Equatable {
  static let version = 1
  static let laneLimit = 16

  var lanes: Int

  private static func path(_ folder: String) -> String { "\(folder)/format" }

  /// nil: a new folder. Throws `.newer` for one that this program does not know.
  static func read(_ folder: String) throws(StoreFault) -> StoreFormat? {
    guard access(path(folder), F_OK) == 0 else {
      if errno == ENOENT { return nil }
      throw StoreFault(errno: errno, doing: "open \(path(folder))")
    }
    let file = try Descriptor.open(path(folder), O_RDONLY)
    let bytes = try file.bytes(min(200, try file.length()), at: 0) ?? []
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
    guard lines.count >= 2, lines[0].count == 2, lines[0][0] == "barid-store", let version = Int(lines[0][1]) else {
      throw .damaged("\(path(folder)) is not a Barid store's format file")
    }
    guard version <= Self.version else {
      throw .newer(
        "\(folder) was made by a newer Barid (format \(version); this program knows up to \(Self.version)): use that Barid or a newer one"
      )
    }
    guard lines[1].count == 2, lines[1][0] == "lanes", let lanes = Int(lines[1][1]), (1...laneLimit).contains(lanes)
    else { throw .damaged("\(path(folder)) does not say how many lanes there are") }
    return StoreFormat(lanes: lanes)
  }

  /// Durable before any lane is made.
  func write(_ folder: String) throws(StoreFault) {
    let new = Self.path(folder) + ".new"
    let file = try Descriptor.open(new, O_RDWR | O_CREAT | O_TRUNC)
    let text = Array("barid-store \(Self.version)\nlanes \(lanes)\n".utf8)
    try text.withFaulty { bytes throws(StoreFault) in try file.write(bytes, at: 0) }
    guard fsync(file.raw) == 0, rename(new, Self.path(folder)) == 0 else {
      throw StoreFault(errno: errno, doing: "write \(Self.path(folder))")
    }
    try Folder.sync(folder)
  }
}
