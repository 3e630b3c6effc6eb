import Glibc

/// A dialogue as a test: the lines of a file are sent and expected in turn, over TCP.
///
/// `C: text` sends a line. `S: text` expects exactly that line, `~` standing for any text; `S* text` skips lines until one
/// fits. `C+ text` sends bytes without a line end; in it `\r \n \0 \\ \xff` stand for the octets and `\*n:text;` for text n times.
/// `# …` is a comment. `@n` in front of C or S talks on connection n (they are opened as needed, and begin with their greeting).
/// `EOF` expects the end of the connection, `DROP` ends it from this side with a reset.
package struct Transcript: Sendable {
  package struct Fault: Error, CustomStringConvertible {
    package var description: String
  }

  let lines: [String]

  package init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Plays the dialogue; throws at the first line that does not fit, naming it.
  package func play(port: Int) throws {
    var clients: [String: LineClient] = [:]
    for (number, text) in lines.enumerated() {
      var line = text[...]
      if line.isEmpty || line.hasPrefix("#") { continue }
      var name = ""
      if line.hasPrefix("@"), let space = line.firstIndex(of: " ") {
        name = String(line[..<space])
        line = line[line.index(after: space)...]
      }
      let client = try clients[name] ?? LineClient(port: port)
      clients[name] = client
      do {
        if line == "DROP" {
          client.reset()
          clients[name] = nil
          continue
        }
        try play(line, client)
      } catch {
        throw Fault(description: "line \(number + 1): \(text)\n\(error)")
      }
    }
  }

  private func play(_ line: Substring, _ client: LineClient) throws {
    if line.hasPrefix("C: ") || line == "C:" {
      try client.send(line.dropFirst(3) + "\r\n")
    } else if line.hasPrefix("C+ ") {
      try client.send(Self.octets(String(line.dropFirst(3))))
    } else if line.hasPrefix("S: ") {
      let got = try client.line()
      guard let got, Self.fits(String(line.dropFirst(3)), got) else {
        throw Fault(description: "got: \(got ?? "end of connection")")
      }
    } else if line.hasPrefix("S* ") {
      var seen: [String] = []
      while true {
        guard let got = try client.line() else {
          throw Fault(description: "end of connection after:\n\(seen.joined(separator: "\n"))")
        }
        if Self.fits(String(line.dropFirst(3)), got) { return }
        seen.append(got)
      }
    } else if line == "EOF" {
      while let got = try? client.line() {
        throw Fault(description: "got: \(got)")
      }
    } else {
      throw Fault(description: "not a line of a transcript")
    }
  }

  /// The bytes that the text of a `C+` line stands for.
  static func octets(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch kind {
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "0"): result.append(0)
      case UInt8(ascii: "x"):
        result.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
      case UInt8(ascii: "*"):
        let parts = rest.prefix { $0 != UInt8(ascii: ";") }.split(separator: UInt8(ascii: ":"), maxSplits: 1)
        rest = rest.dropFirst(parts[0].count + parts[1].count + 2)
        let count = Int(String(decoding: parts[0], as: UTF8.self)) ?? 0
        for _ in 0..<count { result += parts[1] }
      default: result.append(kind)
      }
    }
    return result
  }

  /// `~` stands for any text. Time is the product of both lengths at worst.
  static func fits(_ pattern: String, _ text: String) -> Bool {
    let parts = pattern.split(separator: "~", omittingEmptySubsequences: false).map { Array($0.utf8) }
    let bytes = Array(text.utf8)
    guard let first = parts.first, let last = parts.last, parts.count > 1 else { return Array(pattern.utf8) == bytes }
    guard bytes.count >= first.count + last.count, bytes.starts(with: first),
      bytes.suffix(last.count).elementsEqual(last)
    else { return false }
    var at = first.count
    let end = bytes.count - last.count
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      var found = false
      while at + part.count <= end {
        if bytes[at..<at + part.count].elementsEqual(part) {
          found = true
          break
        }
        at += 1
      }
      guard found else { return false }
      at += part.count
    }
    return at <= end
  }
}
