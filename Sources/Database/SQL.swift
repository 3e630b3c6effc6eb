/// One statement's text, a named constant. Parameters are written `?1`, `?2`, … (never bare `?`, never `$1`), and the text is
/// kept to what SQLite and PostgreSQL both understand; DDL is not (see `Migration`).
///
/// Keep the constants of a topic together in one enum with an `all` array, so that every statement can be prepared on a real
/// PostgreSQL by a check.
package struct SQL: Sendable {
  let text: StaticString
  package init(_ text: StaticString) { self.text = text }

  package var description: String { text.description }
  /// Same constant, same key: the prepared statement is found by it.
  var key: UInt { UInt(bitPattern: text.utf8Start) }
}

/// A parameter's value.
package enum SQLValue: Sendable, Equatable {
  case null
  case int(Int64)
  case text(String)
  case bytes([UInt8])

  package static func optional(_ value: Int64?) -> SQLValue { value.map { .int($0) } ?? .null }
  package static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(stringLiteral value: String) { self = .text(value) }
}
