internal import DNS

/// A published policy (RFC 7208 §4.6.1), parsed.
struct SPFRecord: Sendable {
  var directives: [SPFDirective] = []
  var redirect: SPFMacroString?
  var explanation: SPFMacroString?

  /// RFC 7208 §5.1: "redirect" is ignored when there is an "all" anywhere in the record.
  var hasAll: Bool { directives.contains { $0.mechanism == .all } }
}

/// A mechanism with the result that it stands for.
struct SPFDirective: Sendable {
  var result: SPFResult
  var mechanism: SPFMechanism
  /// As published, for people.
  var text: String
}

enum SPFMechanism: Hashable, Sendable {
  case all
  case include(SPFMacroString)
  case a(SPFMacroString?, SPFPrefix)
  case mx(SPFMacroString?, SPFPrefix)
  case ptr(SPFMacroString?)
  case network(IPNetwork)
  case exists(SPFMacroString)
}

/// dual-cidr-length (RFC 7208 §5.6).
struct SPFPrefix: Hashable, Sendable {
  var v4 = 32
  var v6 = 128
}

/// A record that cannot be understood; the text says what is wrong.
struct SPFSyntaxError: Error {
  var text: String
}
