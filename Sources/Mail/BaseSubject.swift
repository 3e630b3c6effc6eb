/// The subject without "Re:", "Fwd:" and list tags, by which messages are sorted and threaded (RFC 5256 §2.1).
public struct BaseSubject: Hashable, Sendable {
  /// In the case that the sender wrote; compare with i;unicode-casemap.
  public let text: String
  /// True when something marked a reply or forward.
  public let isReplyOrForward: Bool

  /// Takes a Subject field's value as written, folded and encoded.
  public init(field: Span<UInt8>, decoder: CharsetDecoder) {
    self.init(EncodedWord.decode(field, decoder: decoder))
  }

  /// Takes a decoded subject.
  public init(_ subject: String) {
    var stripper = Stripper(bytes: BaseSubject.collapse(subject))
    stripper.run()
    self.text = String(decoding: stripper.bytes[stripper.start..<stripper.end], as: UTF8.self)
    self.isReplyOrForward = stripper.isReplyOrForward
  }

  /// Step 1: tabs become spaces, runs of spaces one space.
  private static func collapse(_ subject: String) -> [UInt8] {
    var result: [UInt8] = []
    for byte in subject.utf8 {
      if !ASCII.isFWS(byte) {
        result.append(byte)
      } else if result.last != ASCII.space {
        result.append(ASCII.space)
      }
    }
    return result
  }

  /// Cuts from both ends; never goes back, so it is linear.
  private struct Stripper {
    let bytes: [UInt8]
    var start = 0
    var end: Int
    var isReplyOrForward = false

    init(bytes: [UInt8]) {
      self.bytes = bytes
      self.end = bytes.count
    }

    mutating func run() {
      repeat {
        trailers()
        while leader() || blobs() {}
      } while forwardBrackets()
    }

    /// Step 2: subj-trailer = "(fwd)" / WSP.
    private mutating func trailers() {
      while start < end {
        if bytes[end - 1] == ASCII.space {
          end -= 1
        } else if end - start >= 5, ASCII.equal(bytes.span, end - 5..<end, "(fwd)") {
          end -= 5
          isReplyOrForward = true
        } else {
          return
        }
      }
    }

    /// Step 3: subj-leader = (*subj-blob subj-refwd) / WSP. False when nothing was cut.
    private mutating func leader() -> Bool {
      guard start < end else { return false }
      if bytes[start] == ASCII.space {
        start += 1
        return true
      }
      guard let refwd = endOfReplyMark(endOfBlobs(start)) else { return false }
      start = refwd
      isReplyOrForward = true
      return true
    }

    /// Step 4: leading blobs go as long as something is left. Once step 3 failed behind all of them, it fails behind
    /// each of them, so they are cut at once.
    private mutating func blobs() -> Bool {
      var at = start
      while let next = endOfBlob(at), next < end { at = next }
      guard at > start else { return false }
      start = at
      return true
    }

    /// Step 6: "[fwd:" subject "]".
    private mutating func forwardBrackets() -> Bool {
      guard end - start >= 6, bytes[end - 1] == 0x5D, ASCII.equal(bytes.span, start..<start + 5, "[fwd:") else {
        return false
      }
      start += 5
      end -= 1
      isReplyOrForward = true
      return true
    }

    /// subj-blob = "[" *BLOBCHAR "]" *WSP.
    private func endOfBlob(_ from: Int) -> Int? {
      guard from < end, bytes[from] == 0x5B else { return nil }
      var at = from + 1
      while at < end, bytes[at] != 0x5B, bytes[at] != 0x5D { at += 1 }
      guard at < end, bytes[at] == 0x5D else { return nil }
      at += 1
      while at < end, bytes[at] == ASCII.space { at += 1 }
      return at
    }

    private func endOfBlobs(_ from: Int) -> Int {
      var at = from
      while let next = endOfBlob(at) { at = next }
      return at
    }

    /// subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":".
    private func endOfReplyMark(_ from: Int) -> Int? {
      guard from + 2 < end else { return nil }
      var at = from + 2
      if ASCII.equal(bytes.span, from..<at, "fw") {
        if bytes[at] | 0x20 == 0x64 { at += 1 }
      } else if !ASCII.equal(bytes.span, from..<at, "re") {
        return nil
      }
      while at < end, bytes[at] == ASCII.space { at += 1 }
      at = endOfBlob(at) ?? at
      return at < end && bytes[at] == 0x3A ? at + 1 : nil
    }
  }
}
