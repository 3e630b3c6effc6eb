/// A table of records that answers like a resolver; for tests and for programs that bring their own records.
public struct InMemoryDNS: DNSLookup {
  /// Something other than a record that a name can hold.
  public enum Trouble: Hashable, Sendable {
    /// Every question, or every question of one type, comes to nothing.
    case timeout
    /// Validation fails.
    case bogus
  }

  private struct Node {
    var records: [RecordData] = []
    var troubles: [UInt16: Trouble] = [:]
    var troubleElsewhere: Trouble?
  }

  private var nodes: [String: Node] = [:]
  private var parents: Set<String> = []
  /// True: records are given out as validated.
  public var isSecure = false

  public init() {}

  /// A table of names and records.
  public init(_ table: [String: [RecordData]]) {
    for (name, records) in table {
      for record in records { add(record, to: name) }
    }
  }

  /// Adds a record. A name that `DNSName.canonical` refuses is left out.
  public mutating func add(_ record: RecordData, to name: String) {
    update(name) { $0.records.append(record) }
  }

  /// Makes questions about `name` fail: those of `type`, or, for nil, those of every type that has no record there.
  public mutating func fail(_ name: String, _ type: RecordType? = nil, with trouble: Trouble = .timeout) {
    update(name) { node in
      if let type { node.troubles[type.rawValue] = trouble } else { node.troubleElsewhere = trouble }
    }
  }

  /// Makes `name` exist without records.
  public mutating func touch(_ name: String) { update(name) { _ in } }

  /// Takes away everything at `name`.
  public mutating func remove(_ name: String) {
    if let name = DNSName.canonical(name) { nodes[name] = nil }
  }

  private mutating func update(_ name: String, _ change: (inout Node) -> Void) {
    guard let name = DNSName.canonical(name) else { return }
    change(&nodes[name, default: Node()])
    // RFC 8020: names between a name and the root exist too.
    var rest = name[...]
    while let dot = rest.firstIndex(of: ".") {
      rest = rest[rest.index(after: dot)...]
      parents.insert(String(rest))
    }
  }

  public func query(_ name: String, _ type: RecordType) async -> DNSAnswer { answer(name, type) }

  /// The answer, at once.
  public func answer(_ name: String, _ type: RecordType) -> DNSAnswer {
    guard var current = DNSName.canonical(name) else { return .noName }
    // Aliases may form a loop; resolvers give up after a number of them.
    for _ in 0..<12 {
      guard let node = nodes[current] ?? wildcard(for: current) else {
        return parents.contains(current) ? .noData : .noName
      }
      if let trouble = node.troubles[type.rawValue] { return Self.answer(trouble, current) }
      let found = node.records.filter { $0.typeNumber == type.rawValue }
      if !found.isEmpty { return .records(found, isSecure: isSecure) }
      if let trouble = node.troubleElsewhere { return Self.answer(trouble, current) }
      guard let target = node.records.lazy.compactMap(Self.alias).first else { return .noData }
      guard let next = DNSName.canonical(target) else { return .noName }
      current = next
    }
    return .temporaryFailure("alias chain too long at \(current)")
  }

  /// RFC 4592: "*" below the closest name that exists stands for names that do not.
  private func wildcard(for name: String) -> Node? {
    guard !parents.contains(name) else { return nil }
    var rest = name[...]
    while let dot = rest.firstIndex(of: ".") {
      rest = rest[rest.index(after: dot)...]
      if let node = nodes["*.\(rest)"] { return node }
      if nodes[String(rest)] != nil || parents.contains(String(rest)) { return nil }
    }
    return nil
  }

  private static func alias(_ record: RecordData) -> String? {
    if case .cname(let target) = record { return target }
    return nil
  }

  private static func answer(_ trouble: Trouble, _ name: String) -> DNSAnswer {
    switch trouble {
    case .timeout: .temporaryFailure("timeout for \(name)")
    case .bogus: .bogus("validation failed for \(name)")
    }
  }
}
