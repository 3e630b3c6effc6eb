package import DNS
package import Logging

/// Where the resolver asks and how long.
package struct ResolverSettings: Sendable {
  /// Ask this server for everything, and nobody else ever; nil: ask the internet's own servers, from the root.
  package var server: (address: String, port: Int)?
  /// A file with the root's key (Debian: /usr/share/dns/root.key); nil: nothing is validated, no answer is secure.
  package var trustAnchorFile: String?
  /// A question that has no answer by then has a temporary failure.
  package var timeout: Duration = .seconds(10)
  /// Questions under way at once; more fail at once, temporarily.
  package var questions = 1_000

  package init() {}
}

/// Why the resolver could not be set up.
package struct ResolverFault: Error, Sendable, CustomStringConvertible {
  package var reason: String
  package var description: String { "the resolver cannot be set up: \(reason)" }
}

/// The validating, caching resolver (libunbound). One per process; `close` it before leaving.
package final class Resolver: DNSLookup {
  private let thread: ResolverThread
  private let memory = AnswerMemory()

  package init(settings: ResolverSettings, logger: Logger) throws(ResolverFault) {
    thread = try ResolverThread(settings: settings, logger: logger)
    try thread.start()
  }

  deinit { thread.close() }

  package func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
    // RFC 1035 §2.3.4: what cannot be asked does not exist.
    guard let canonical = DNSName.canonical(name) else { return .noName }
    if let known = memory.answer(canonical, type) { return known }
    let found = await thread.ask(Self.escaped(canonical), type)
    memory.keep(found, canonical, type)
    return found.answer
  }

  /// Ends the resolver; questions under way and later ones get a temporary failure.
  package func close() { thread.close() }

  /// The name as libunbound reads it: bytes that zone files treat specially as \DDD (RFC 1035 §5.1).
  static func escaped(_ name: String) -> String {
    var result = ""
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
        UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "*"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte)
        result += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
      }
    }
    return result.isEmpty ? "." : result
  }
}
