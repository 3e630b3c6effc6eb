import Crypto
import Mail

extension SpooledMessage {
  /// What a message says, whoever handed it in: the same for a submission and for the copy of it that the client appends to Sent.
  ///
  /// 16 bytes of SHA-256 over the Message-ID, the fields that people read and the body. What servers add (Return-Path, Received,
  /// Authentication-Results, signatures), Bcc, Date and the clients' own X- fields do not count, nor do folding, the kind of line ends
  /// and empty lines at the end. nil without exactly one Message-ID: then nothing can be told for sure. Reads the whole message.
  package func sentIdentity() -> [UInt8]? {
    withBytes { bytes in bytes.withMemoryRebound(to: UInt8.self) { Self.sentIdentity(of: $0.span) } }
  }

  private static let fields: [StaticString] = [
    "Message-ID", "From", "Sender", "Reply-To", "To", "Cc", "Subject", "In-Reply-To", "References", "Content-Type",
    "Content-Transfer-Encoding",
  ]

  private static func sentIdentity(of message: Span<UInt8>) -> [UInt8]? {
    let header = HeaderBlock(scanning: message)
    guard header.all("Message-ID", in: message).count == 1 else { return nil }
    var hasher = SHA256()
    for name in fields {
      for field in header.all(name, in: message) {
        hasher.update(data: Array("\(name)".utf8))
        for word in field.unfolded(in: message).split(whereSeparator: ASCII.isFWS) {
          hasher.update(data: [ASCII.space] + word)
        }
        hasher.update(data: [ASCII.lf])
      }
    }
    hash(message.extracting(header.bodyStart..<message.count), into: &hasher)
    return Array(hasher.finalize().prefix(16))
  }

  /// The body's lines, each with LF; empty lines only once another follows.
  private static func hash(_ body: Span<UInt8>, into hasher: inout SHA256) {
    var start = 0
    var emptyLines = 0
    while start < body.count {
      let next = ASCII.lineEnd(in: body, from: start, to: body.count)
      var end = next
      if end > start, body[end - 1] == ASCII.lf { end -= 1 }
      if end > start, body[end - 1] == ASCII.cr { end -= 1 }
      if end == start {
        emptyLines += 1
      } else {
        for _ in 0..<emptyLines { hasher.update(data: [ASCII.lf]) }
        emptyLines = 0
        body.extracting(start..<end).withUnsafeBufferPointer { line in
          hasher.update(bufferPointer: UnsafeRawBufferPointer(line))
        }
        hasher.update(data: [ASCII.lf])
      }
      start = next
    }
  }
}
