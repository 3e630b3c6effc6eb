/// Whoever can answer DNS questions: the resolver of a server, or a table in a test.
public protocol DNSLookup: Sendable {
  /// Answers one question. `name` is literal, with or without a last dot: labels are separated by dots, every other byte
  /// stands for itself (nothing is escaped), internationalised labels are A-labels. Upper and lower case are the same.
  /// Never throws and comes back within the resolver's own time limit.
  func query(_ name: String, _ type: RecordType) async -> DNSAnswer
}
