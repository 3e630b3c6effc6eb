import Glibc

/// Files of Tests/Resources, found beside the sources so that a test runs from any folder.
public enum TestResources {
  /// The folder Tests/Resources of this checkout.
  public static let folder: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(2)
    return parts.joined(separator: "/") + "/Resources"
  }()

  public struct Missing: Error, CustomStringConvertible {
    public var path: String
    public var description: String { "no test resource at \(path)" }
  }

  /// The bytes of `path`, relative to Tests/Resources.
  public static func bytes(_ path: String) throws(Missing) -> [UInt8] {
    guard let file = fopen("\(folder)/\(path)", "rb") else { throw Missing(path: path) }
    defer { fclose(file) }
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { return result }
      result += piece[..<count]
    }
  }

  /// The text of `path`, relative to Tests/Resources.
  public static func text(_ path: String) throws(Missing) -> String { String(decoding: try bytes(path), as: UTF8.self) }

  /// The paths of all plain files below `path`, relative to Tests/Resources, sorted.
  public static func files(in path: String) throws(Missing) -> [String] {
    guard let stream = opendir("\(folder)/\(path)") else { throw Missing(path: path) }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      if entry.pointee.d_type == UInt8(DT_DIR) {
        found += try files(in: "\(path)/\(name)")
      } else {
        found.append("\(path)/\(name)")
      }
    }
    return found.sorted()
  }
}
