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
    case .some(let other): throw invalid(name, other)
    }
  }

  private func invalid(_ name: String, _ value: ControlValue) -> ControlRefusal {
    let shown: String
    switch value {
    case .text(let text): shown = text
    case .int(let number): shown = String(number)
    case .bool(let flag): shown = String(flag)
    case .null, .list, .object: shown = "…"
    }
    return ControlRefusal(.controlArgumentInvalid(name, shown))
  }
}
