import Glibc

/// Paths as the server understands them: it works in another folder. One path has one form, because an import remembers it.
enum WholePath {
  static func of(_ path: String) -> String {
    var whole = path
    if !path.hasPrefix("/") {
      guard let here = getcwd(nil, 0) else { return path }
      defer { free(here) }
      whole = String(cString: here) + "/" + path
    }
    // ".." stays: what it leads to depends on symbolic links.
    return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}
