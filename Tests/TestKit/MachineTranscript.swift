/// A dialogue file for the pure machines: see Tests/Resources/transcripts/README.md.
public struct MachineTranscript {
  public enum Entry {
    case client([UInt8])
    case server(String)
    case message(String)
    case setting([String])
  }
  public var name: String
  public var entries: [Entry] = []

  public init(_ path: String) throws {
    self.init(name: path, text: try TestResources.text(path))
  }

  public init(name: String, text: String) {
    self.name = name
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      let body = line.count > 3 ? String(line.dropFirst(3)) : ""
      if line.hasPrefix("C:") {
        let bytes = Self.unescape(body)
        if case .client(let before)? = entries.last {
          entries[entries.count - 1] = .client(before + bytes)
        } else {
          entries.append(.client(bytes))
        }
      } else if line.hasPrefix("S:") {
        entries.append(.server(body))
      } else if line.hasPrefix("M:") {
        entries.append(.message(body))
      } else if line.hasPrefix("@") {
        entries.append(.setting(line.dropFirst().split(separator: " ").map(String.init)))
      } else {
        precondition(line.hasPrefix("#"), "\(name): \(line)")
      }
    }
  }

  private static func unescape(_ text: String) -> [UInt8] {
    var rest = text.utf8[...]
    var result: [UInt8] = []
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "<") else {
        result.append(byte)
        continue
      }
      if rest.starts(with: "CR>".utf8) {
        result.append(13)
        rest = rest.dropFirst(3)
      } else if rest.starts(with: "LF>".utf8) {
        result.append(10)
        rest = rest.dropFirst(3)
      } else if rest.starts(with: "NUL>".utf8) {
        result.append(0)
        rest = rest.dropFirst(4)
      } else if rest.starts(with: "80>".utf8) {
        result.append(0x80)
        rest = rest.dropFirst(3)
      } else if rest.elementsEqual("+>".utf8) {
        return result
      } else {
        result.append(byte)
      }
    }
    return result + [13, 10]
  }
}

extension MachineTranscript {
  /// True when `got` is what the line of a transcript wants.
  public static func matches(_ wanted: String, _ got: String) -> Bool {
    wanted.hasSuffix("*") ? got.hasPrefix(wanted.dropLast()) : wanted == got
  }
}
