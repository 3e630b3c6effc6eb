import Glibc

/// Paths as the server understands them: it works in another folder.
enum WholePath {
  static func of(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return String(cString: here) + "/" + path
  }
}
