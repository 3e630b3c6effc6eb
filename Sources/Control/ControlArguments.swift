internal import Phrases

/// A request's arguments, read by name.
struct ControlArguments: Sendable {
  let values: [String: ControlValue]

  func text(_ name: String) throws(ControlRefusal) -> String {
    guard let text = try optionalText(name) else { throw ControlRefusal(.controlArgumentMissing(name)) }
    return text
  }

  func optionalText(_ name: String) throws(ControlRefusal) -> String? {
    switch values[name] {
    case nil, .null: return nil
    case .text(let text): return text
    case .some(let other): throw invalid(name, other)
    }
  }

  /// A list of texts; one text alone counts as a list of one.
  func texts(_ name: String) throws(ControlRefusal) -> [String] {
    switch values[name] {
    case nil, .null: return []
    case .text(let text): return [text]
    case .list(let items):
      var texts: [String] = []
      for item in items {
        guard case .text(let text) = item else { throw invalid(name, item) }
        texts.append(text)
      }
      return texts
    case .some(let other): throw invalid(name, other)
    }
  }

  /// false where it is left out.
  func flag(_ name: String) throws(ControlRefusal) -> Bool {
    switch values[name] {
    case nil, .null: return false
    case .bool(let value): return value
    case .some(let other): throw invalid(name, other)
    }
  }

  func optionalInt(_ name: String, in range: ClosedRange<Int64>) throws(ControlRefusal) -> Int64? {
    switch values[name] {
    case nil, .null: return nil
    case .int(let value) where range.contains(value): return value
    case .some(let other):
      throw invalid(name, other, .remedyNumber(from: Int(range.lowerBound), to: Int(range.upperBound)))
    }
  }

  /// One of a type's words.
  func word<Value: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Value.Type = Value.self
  ) throws(ControlRefusal) -> Value? where Value.RawValue == String {
    guard let text = try optionalText(name) else { return nil }
    guard let value = Value(rawValue: text) else {
      throw Self.invalid(name, text, .remedyOneOf(Value.allCases.map(\.rawValue).joined(separator: ", ")))
    }
    return value
  }

  /// A truth, or one of the two words for it.
  func optionalFlag(_ name: String, yes: String = "yes", no: String = "no") throws(ControlRefusal) -> Bool? {
    switch values[name] {
    case nil, .null: return nil
    case .bool(let value): return value
    case .text(yes): return true
    case .text(no): return false
    case .some(let other): throw invalid(name, other, .remedyOneOf("\(yes), \(no)"))
    }
  }

  /// Why `text` does not do, and what would; named as people type it.
  static func invalid(_ name: String, _ text: String, _ remedy: Phrase) -> ControlRefusal {
    ControlRefusal(.controlArgumentInvalid(option(name), text, remedy))
  }

  private func invalid(_ name: String, _ value: ControlValue, _ remedy: Phrase = .remedyOneValue) -> ControlRefusal {
    let shown: String
    switch value {
    case .text(let text): shown = text
    case .int(let number): shown = String(number)
    case .bool(let flag): shown = String(flag)
    case .null, .list, .object: shown = "…"
    }
    return Self.invalid(name, shown, remedy)
  }

  /// The names that the command line spells otherwise than its options: "sentCopy" is --sent-copy.
  private static let spelled = ["expiresInDays": "--expires", "mode": "<mode>", "uids": "<uids>"]

  private static func option(_ name: String) -> String {
    spelled[name] ?? "--" + name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
  }
}
