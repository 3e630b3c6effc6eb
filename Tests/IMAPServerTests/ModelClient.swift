import ServiceKit
import Testing

/// A client that believes what it is told: message numbers, UIDs and flags, from the untagged responses alone.
final class ModelClient {
  struct Message: Equatable {
    var uid: UInt32?
    var flags: Set<String>?
  }

  struct Fault: Error, CustomStringConvertible { var description: String }

  let name: String
  private let connection: LineClient
  private(set) var messages: [Message] = []
  private var count = 0
  /// The tag and words of the command under way.
  private var pending: (tag: String, text: String)?
  /// What a silent STORE under way will have done: applied when it is answered OK, unless the server tells the flags of that
  /// message before: somebody else changed them too, and what is told holds the outcome of both.
  private var onSuccess: (() -> Void)?
  private var assumed: (index: Int, uid: UInt32?)?

  /// The mailbox that it works in, as it stands in a command.
  let mailbox: String
  let user: String

  /// The owner of an INBOX in which each member has an own state, and two members.
  static func members(port: Int) throws -> [ModelClient] {
    let owner = try ModelClient("a", port: port)
    for user in ["other", "third"] { try owner.command("SETACL INBOX \(user) lrswipkxte") }
    try owner.command("SETMETADATA INBOX (/shared/vendor/barid/state \"own\")")
    try owner.select()
    let shared = "\"Other Users/user@\(TestOffice.domain)/INBOX\""
    return [
      owner, try ModelClient("b", port: port, user: "other", mailbox: shared),
      try ModelClient("c", port: port, user: "third", mailbox: shared),
    ]
  }

  init(_ name: String, port: Int, user: String = "user", mailbox: String = "INBOX") throws {
    self.name = name
    self.mailbox = mailbox
    self.user = user
    connection = try LineClient(port: port)
    _ = try connection.line()
    try command("LOGIN \(user)@\(TestOffice.domain) \"\(TestOffice.password)\"")
    try select()
  }

  func select() throws {
    messages = []
    try command("SELECT \(mailbox)")
    try learn()
  }

  /// Asks for what it does not know yet.
  func learn() throws {
    for (index, message) in messages.enumerated() where message.uid == nil || message.flags == nil {
      return try command("FETCH \(index + 1):* (UID FLAGS)")
    }
  }

  func command(_ text: String) throws {
    try begin(text)
    try finish()
  }

  /// Sends a command without waiting for its answer. Lines inside of `text` follow with it.
  func begin(_ text: String) throws {
    count += 1
    pending = ("\(name)\(count)", text)
    try connection.send("\(name)\(count) \(text)\r\n")
  }

  /// Reads up to the tagged answer.
  func finish() throws {
    guard let (tag, text) = pending else { return }
    pending = nil
    while true {
      guard let line = try connection.line() else { throw Fault(description: "\(name): end of connection in \(text)") }
      if line.hasPrefix("\(tag) ") {
        guard !line.hasPrefix("\(tag) BAD") else { throw Fault(description: "\(text): \(line)") }
        if line.hasPrefix("\(tag) OK") { onSuccess?() }
        onSuccess = nil
        assumed = nil
        return
      }
      if line.hasPrefix("* ") { try take(line, during: text) }
    }
  }

  private func take(_ line: String, during text: String) throws {
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    guard words.count >= 3, let number = Int(words[1]) else { return }
    let index = number - 1
    switch words[2] {
    case "EXISTS":
      guard number >= messages.count else { throw Fault(description: "\(name): \(line) after \(messages.count)") }
      while messages.count < number { messages.append(Message()) }
    case "EXPUNGE":
      let mayNot = ["FETCH", "STORE", "SEARCH"].contains { text.hasPrefix($0) }
      guard messages.indices.contains(index), !mayNot else { throw Fault(description: "\(name): \(line) in \(text)") }
      messages.remove(at: index)
    case "FETCH":
      guard messages.indices.contains(index) else { throw Fault(description: "\(name): \(line) of \(messages.count)") }
      try learn(words.count > 3 ? words[3] : "", at: index, line)
    default: break
    }
  }

  private func learn(_ items: String, at index: Int, _ line: String) throws {
    if let uid = Self.value(after: "UID ", in: items, upTo: " )").flatMap({ UInt32($0) }) {
      guard messages[index].uid == nil || messages[index].uid == uid else {
        throw Fault(description: "\(name): \(line), but it is UID \(messages[index].uid ?? 0)")
      }
      messages[index].uid = uid
    }
    if let flags = Self.value(after: "FLAGS (", in: items, upTo: ")") {
      if let assumed, assumed.uid.map({ $0 == messages[index].uid }) ?? (assumed.index == index) { onSuccess = nil }
      messages[index].flags = Set(flags.split(separator: " ").map(String.init)).subtracting(["\\Recent"])
    }
  }

  private static func value(after start: String, in text: String, upTo ends: String) -> String? {
    var rest = text[...]
    while !rest.isEmpty, !rest.hasPrefix(start) { rest.removeFirst() }
    guard !rest.isEmpty else { return nil }
    return String(rest.dropFirst(start.count).prefix { !ends.contains($0) })
  }

  /// Applies the client's own silent change.
  func assume(_ index: Int, uid: UInt32?, mode: String, flag: String) {
    assumed = (index, uid)
    onSuccess = { [self] in
      guard let place = uid.map({ uid in messages.firstIndex { $0.uid == uid } }) ?? index,
        messages.indices.contains(place), var flags = messages[place].flags
      else { return }
      switch mode {
      case "+": flags.insert(flag)
      case "-": flags.remove(flag)
      default: flags = [flag]
      }
      messages[place].flags = flags
    }
  }
}
