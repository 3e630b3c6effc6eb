internal import Glibc
internal import Phrases

/// Says in one sentence why a data folder cannot be used, before anything is written.
enum FolderProbe {
  static func check(_ path: String) throws(StartFault) {
    if access(path, F_OK) == 0 {
      if access(path, W_OK | X_OK) != 0 || !isFolder(path) { throw StartFault(.dataFolderNotWritable(path)) }
      return
    }
    // The nearest folder above that exists must let us make the rest.
    var above = path
    repeat {
      above = above.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
      if above.isEmpty { above = path.hasPrefix("/") ? "/" : "." }
    } while access(above, F_OK) != 0 && above != "/" && above != "."
    if access(above, W_OK | X_OK) != 0 || !isFolder(above) { throw StartFault(.dataFolderMissing(path)) }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
