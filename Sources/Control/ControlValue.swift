/// A JSON value without fractions: what requests and responses carry.
package enum ControlValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case text(String)
  case list([ControlValue])
  case object([String: ControlValue])

  package subscript(name: String) -> ControlValue? {
    if case .object(let members) = self { return members[name] }
    return nil
  }

  package var text: String? {
    if case .text(let value) = self { return value }
    return nil
  }

  package var int: Int64? {
    if case .int(let value) = self { return value }
    return nil
  }

  package var bool: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  package var list: [ControlValue]? {
    if case .list(let values) = self { return values }
    return nil
  }

  static func optional(_ value: String?) -> ControlValue { value.map { .text($0) } ?? .null }
  static func optional(_ value: Int64?) -> ControlValue { value.map { .int($0) } ?? .null }
}

extension ControlValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension ControlValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  package init(arrayLiteral values: ControlValue...) { self = .list(values) }
  package init(dictionaryLiteral members: (String, ControlValue)...) {
    self = .object(Dictionary(members) { first, _ in first })
  }
}

extension ControlValue: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .int(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([ControlValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: ControlValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}
