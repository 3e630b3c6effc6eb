/// The parts of a message in preorder, `parts[0]` being the message itself.
public struct MIMEStructure: Hashable, Sendable {
  /// Never empty.
  public internal(set) var parts: [MIMEPart]
  /// True when a limit left parts undescribed.
  public internal(set) var isTruncated = false

  /// The message itself.
  public var root: MIMEPart { parts[0] }

  /// The indices of a part's children, in order.
  public func children(of index: Int) -> [Int] {
    var found: [Int] = []
    guard parts.indices.contains(index) else { return found }
    var child = index + 1
    while child < parts[index].subtreeEnd {
      found.append(child)
      child = parts[child].subtreeEnd
    }
    return found
  }

  /// The part that an IMAP section number such as 2.1 names (RFC 9051 §6.4.5.1), or nil.
  ///
  /// An empty number is the message itself. The children of an embedded message's multipart are numbered below the
  /// message/rfc822 part; a message that is not multipart has part 1, its body.
  public func part(atSection numbers: [Int]) -> Int? {
    var current = 0
    var mayBeBody = true
    for number in numbers {
      guard number > 0 else { return nil }
      var container = current
      // Below a message/rfc822 part (not the root) the embedded message is what is numbered.
      if parts[container].kind == .message, container != 0 || !mayBeBody {
        guard parts[container].childCount == 1 else { return nil }
        container += 1
        mayBeBody = true
      }
      if parts[container].kind == .multipart {
        let all = children(of: container)
        guard number <= all.count else { return nil }
        current = all[number - 1]
        mayBeBody = false
      } else {
        // RFC 9051 §6.4.5.1: "Every message has at least one part number": 1 is the body of a message without parts.
        guard number == 1, mayBeBody else { return nil }
        current = container
        mayBeBody = false
      }
    }
    return current
  }
}
