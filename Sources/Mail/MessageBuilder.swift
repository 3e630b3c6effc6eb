/// Builds a message: header fields and a tree of parts (RFC 5322, RFC 2045, RFC 2046).
///
/// Pure: Date and Message-ID are given by the caller, and so is `boundarySeed`, which need only differ between messages
/// that contain each other.
public struct MessageBuilder: Sendable {
  /// The message's own fields; MIME-Version and Content-* are added by `build`.
  public var header = HeaderWriter()
  public var body: BodyPart
  public var boundarySeed: String

  public init(body: BodyPart, boundarySeed: String) {
    self.body = body
    self.boundarySeed = boundarySeed
  }

  public mutating func add(_ name: String, _ text: String) { header.add(name, text) }

  public mutating func add(_ name: String, _ mailboxes: [(name: String?, address: EmailAddress)]) {
    header.add(name, mailboxes)
  }

  public mutating func add(date: MailDate) {
    header.add("Date", words: date.text.split(separator: " ").map(String.init))
  }

  /// `id` without angle brackets.
  public mutating func add(messageID id: String) { header.add("Message-ID", words: ["<\(id)>"]) }

  /// The whole message with CRLF line ends.
  public func build() -> [UInt8] {
    var output = header.bytes
    output += "MIME-Version: 1.0\r\n".utf8
    var count = 0
    let seed = String(decoding: boundarySeed.utf8.filter(ASCII.isAlphanumeric).prefix(40), as: UTF8.self)
    body.write(to: &output, seed: seed, count: &count)
    return output
  }
}
