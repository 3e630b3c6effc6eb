internal import Directory
internal import Glibc
internal import Phrases

/// The demo post office: where it lives, who has a mailbox in it, and on which ports it answers.
///
/// The folder holds `data`, `barid.log` and `passwords` (mode 0600): starting again finds mail and passwords as they were.
package struct DemoFolder: Sendable {
  package static let domain = "example.test"
  package static let usualPath = "barid-demo"

  /// A person with a mailbox in the demo.
  package struct Person: Sendable, Equatable {
    package var address: String
    package var password: String

    package init(address: String, password: String) {
      self.address = address
      self.password = password
    }
  }

  /// Absolute.
  package let path: String

  package init(path: String) { self.path = path.hasPrefix("/") ? path : Self.currentFolder + "/" + path }

  /// The settings of the demo: loopback only, high ports, exempt from what protects a real server.
  package var settings: ServerSettings {
    var settings = ServerSettings()
    settings.hostname = "localhost"
    settings.dataFolder = path + "/data"
    settings.log.file = path + "/barid.log"
    settings.limits.drainSeconds = 5
    settings.exemptions = .loopback
    for kind in ListenerKind.allCases {
      settings.listeners[kind].hosts = ["127.0.0.1", "::1"]
      settings.listeners[kind].port = kind.usualPort + 2_000
    }
    settings.listeners[.smtp].port = 2_525
    return settings
  }

  package func prepare() throws(StartFault) {
    do throws(FileFault) {
      try FileBytes.makeFolder(path)
    } catch {
      throw StartFault(.dataFolderMissing(path))
    }
  }

  /// The two people, with the passwords of the first start.
  package func people() throws(StartFault) -> [Person] {
    let file = path + "/passwords"
    do throws(FileFault) {
      if let kept = try Self.kept(file) { return kept }
      let people = ["amal", "badr"].map {
        Person(address: "\($0)@\(Self.domain)", password: Directory.generatedPassword())
      }
      let text = people.map { "\($0.address) \($0.password)\n" }.joined()
      try FileBytes.replace(file, with: Array(text.utf8), mode: 0o600)
      return people
    } catch {
      throw StartFault(error.phrase)
    }
  }

  private static func kept(_ file: String) throws(FileFault) -> [Person]? {
    let bytes: [UInt8]
    do throws(FileFault) {
      bytes = try FileBytes.read(file, limit: 65_536)
    } catch {
      if error.isMissing { return nil }
      throw error
    }
    let people = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line -> Person? in
      let words = line.split(separator: " ")
      return words.count == 2 ? Person(address: String(words[0]), password: String(words[1])) : nil
    }
    return people.count == 2 ? people : nil
  }

  private static var currentFolder: String {
    guard let buffer = getcwd(nil, 0) else { return "." }
    defer { free(buffer) }
    return String(cString: buffer)
  }
}
