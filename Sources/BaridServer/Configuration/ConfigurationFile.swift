internal import Phrases

/// The configuration as `barid` reads it: a file if one is named or stands at the usual place, and the environment.
package struct ConfigurationFile: Sendable {
  /// Where the file is looked for when none is named.
  package static let usualPath = "/etc/barid/barid.yaml"

  /// The file's path; nil: none was named.
  package var path: String?
  package var reader: SettingsReader

  package init(path: String?, reader: SettingsReader = SettingsReader()) {
    self.path = path
    self.reader = reader
  }

  /// Reads the file and the environment. A file that was named must be there; the usual one may be missing.
  package func read() throws(ConfigurationMistakes) -> ServerSettings {
    let name = path ?? Self.usualPath
    switch Self.bytes(of: name) {
    case .success(let yaml): return try reader.read(yaml: yaml, name: name)
    case .failure(let fault) where path == nil && fault.isMissing: return try reader.read(yaml: nil, name: name)
    case .failure(let fault):
      let phrase: Phrase = fault.isMissing ? .configFileMissing(name) : .configFileUnreadable(name, fault.reason)
      throw ConfigurationMistakes(
        all: [ConfigurationMistake(source: name, key: "", value: nil, problem: .whole(phrase))])
    }
  }

  private static func bytes(of path: String) -> Result<[UInt8], FileFault> {
    do throws(FileFault) { return .success(try FileBytes.read(path, limit: 1 << 20)) } catch { return .failure(error) }
  }
}
