import DNS
import Glibc
import MailAuth
import TestKit

/// Keys, records and messages of Tests/Resources/dkim.
enum DKIMFixtures {
  /// A moment at which the signatures of the corpus are not in the future.
  static let now: Int64 = 1_795_000_000

  /// keys.txt: a name, a blank, a record.
  static func dns() throws -> InMemoryDNS {
    var dns = InMemoryDNS()
    for line in try TestResources.text("dkim/keys.txt").split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      dns.add(.txt(String(parts[1])), to: String(parts[0]))
    }
    dns.add(.txt(try record("test.txt")), to: "test._domainkey.example.com")
    dns.add(.txt(try record("ed25519test.dns")), to: "brisbane._domainkey.example.com")
    return dns
  }

  static func record(_ name: String) throws -> String {
    String(try TestResources.text("dkim/dkimpy/\(name)").split(separator: "\n")[0])
  }

  static func key(_ name: String) throws -> DKIMPrivateKey {
    try DKIMPrivateKey(pem: try TestResources.bytes("dkim/dkimpy/\(name)"))
  }

  /// The message of a file; those of mailauth have DNS records in front.
  static func message(_ path: String) throws -> [UInt8] {
    let bytes = try TestResources.bytes("dkim/\(path)")
    guard path.hasPrefix("mailauth/") else { return bytes }
    let gap = zip(bytes, bytes.dropFirst()).enumerated().first { $0.element == (0x0A, 0x0A) }
    return Array(bytes[((gap?.offset ?? -2) + 2)...])
  }

  /// Runs a program of Tests/Interop with /usr/bin/python3; its output, nil when it failed or is not there.
  static func python(_ script: String, _ arguments: String) -> String? {
    let folder = TestResources.folder + "/../Interop"
    guard let pipe = popen("/usr/bin/python3 '\(folder)/\(script)' \(arguments) 2>/dev/null", "r") else { return nil }
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&piece, 1, piece.count, pipe)
      if count == 0 { break }
      output += piece[..<count]
    }
    return pclose(pipe) == 0 ? String(decoding: output, as: UTF8.self) : nil
  }

  /// True: dkimpy can be used here.
  static let hasDKIMPy = system("/usr/bin/python3 -c 'import dkim, nacl' >/dev/null 2>&1") == 0

  /// True: OpenDKIM can be used here.
  static let hasOpenDKIM = access("/usr/sbin/opendkim", X_OK) == 0

  struct Failure: Error {}

  /// A new empty folder; nil: none could be made.
  static func makeFolder() -> String? {
    var template = Array("/tmp/barid-dkim-XXXXXX".utf8CString)
    return mkdtemp(&template).map { String(cString: $0) }
  }

  static func remove(_ folder: String) { _ = system("rm -r '\(folder)'") }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    guard let file = fopen(path, "wb") else { throw Failure() }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure() }
  }

  static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { return result }
      result += piece[..<count]
    }
  }
}
