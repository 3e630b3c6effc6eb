/// What a server said it can do, from its answer to EHLO or LHLO (RFC 5321 §4.1.1.1).
public struct ServerOffer: Hashable, Sendable {
  /// The server's name as it gave it.
  public var name: String
  /// Keywords in upper case with their parameters.
  public var keywords: [String: [String]] = [:]

  public init(_ reply: SMTPReply) {
    name = reply.lines.first?.split(separator: " ").first.map(String.init) ?? ""
    for line in reply.lines.dropFirst() {
      // "AUTH=LOGIN" is a form of old servers, which some still send beside the right one.
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let first = words.first else { continue }
      if first.uppercased().hasPrefix("AUTH=") {
        keywords["AUTH", default: []] += [first.dropFirst(5).uppercased()] + words.dropFirst().map { $0.uppercased() }
      } else {
        keywords[first.uppercased(), default: []] += words.dropFirst().map(String.init)
      }
    }
  }

  public func offers(_ keyword: String) -> Bool { keywords[keyword] != nil }

  /// The largest message in octets; `nil` when not announced or not limited (RFC 1870 §4).
  public var maximumSize: Int? { keywords["SIZE"]?.first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }

  /// Mechanisms for AUTH, in upper case.
  public var mechanisms: [String] { keywords["AUTH"]?.map { $0.uppercased() } ?? [] }
}
