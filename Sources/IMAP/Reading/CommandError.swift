/// Why a command was not understood, ready to be written as its tagged response.
public struct CommandError: Error, Sendable, Equatable {
  /// BAD for broken syntax, NO where the words are right but cannot be served.
  public enum Condition: String, Sendable {
    case bad = "BAD"
    case no = "NO"
  }

  /// The tag of the command, or nil when not even that could be read: answer `* BAD`.
  public var tag: String?
  public var condition: Condition
  public var code: ResponseCode?
  /// A short constant sentence for the peer.
  public var text: String
  /// Where in the command bytes reading stopped.
  public var offset: Int

  public init(tag: String?, condition: Condition = .bad, code: ResponseCode? = nil, text: String, offset: Int = 0) {
    self.tag = tag
    self.condition = condition
    self.code = code
    self.text = text
    self.offset = offset
  }
}

/// A syntax error inside a command, before its tag is known to the reader.
struct SyntaxError: Error {
  var condition: CommandError.Condition = .bad
  var code: ResponseCode?
  var text: String
  var offset: Int = 0
}
