internal import Glibc

extension ServerSettings {
  /// The configured name, or the machine's own.
  package var effectiveHostname: String {
    if !hostname.isEmpty { return hostname }
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return name.isEmpty ? "localhost" : name
  }

  /// Where a server that was given no certificate keeps those of its own authority.
  package var certificateFolder: String { dataFolder + "/certificates" }
}
