package import Phrases

/// One option of the configuration, declared once: reading, checking, `barid config describe` and docs/configuration.md
/// all come from here.
package struct ConfigurationOption: Sendable {
  /// The path in the file, "limits.message-size". In the environment: BARID_LIMITS_MESSAGE_SIZE.
  package let key: String
  /// What may be written, in words: "a number from 1 to 65535".
  package let form: Phrase
  /// What it does, one sentence.
  package let purpose: Phrase
  /// A value that could stand in the file.
  package let example: String
  /// True: the value is a list.
  let isList: Bool
  /// The value as the file would write it.
  let write: @Sendable (ServerSettings) -> String
  /// Reads a value into the settings, or says why it cannot.
  let read: @Sendable (RawValue, inout ServerSettings) -> Refusal?

  /// Why a value does not do.
  struct Refusal: Error, Equatable, Sendable {
    var remedy: Phrase
  }

  /// The default as the file would write it.
  package var standard: String { write(ServerSettings()) }

  /// What a running server cannot change: its data folder is open under a lock, its loops hold connections.
  private static let fixed: Set<String> = ["data-folder", "limits.threads"]

  /// True: a reload leaves it as it is.
  package var needsRestart: Bool { Self.fixed.contains(key) }

  /// Its name in the environment.
  package var variable: String { Self.variable(for: key) }

  /// What swift-configuration makes of the key's components under the prefix "barid".
  static func variable(for key: String) -> String {
    "BARID_" + String(key.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }
}

/// A value as it was written, before anyone knows what it should be.
enum RawValue: Equatable, Sendable {
  case one(String)
  case list([String])

  /// For a mistake's text.
  var text: String {
    switch self {
    case .one(let text): text
    case .list(let items): "[" + items.joined(separator: ", ") + "]"
    }
  }

  /// A single value also stands for a list of one.
  var items: [String] {
    switch self {
    case .one(let text): text.isEmpty ? [] : [text]
    case .list(let items): items
    }
  }
}

// MARK: The forms that an option may have

extension ConfigurationOption {
  typealias Path<Value> = any WritableKeyPath<ServerSettings, Value> & Sendable

  /// Any option: `parse` turns the raw value into the setting's or throws the remedy.
  static func option<Value: Sendable>(
    _ key: String, _ path: Path<Value>, form: Phrase, _ purpose: Phrase, example: String, isList: Bool = false,
    write: @escaping @Sendable (Value) -> String,
    parse: @escaping @Sendable (RawValue) throws(Refusal) -> Value
  ) -> ConfigurationOption {
    ConfigurationOption(
      key: key, form: form, purpose: purpose, example: example, isList: isList,
      write: { write($0[keyPath: path]) },
      read: { raw, settings in
        do throws(Refusal) {
          settings[keyPath: path] = try parse(raw)
          return nil
        } catch {
          return error
        }
      })
  }

  static func text(
    _ key: String, _ path: Path<String>, form: Phrase, _ purpose: Phrase, example: String,
    check: @escaping @Sendable (String) -> Phrase? = { _ in nil }
  ) -> ConfigurationOption {
    option(
      key, path, form: form, purpose, example: example, write: quoted,
      parse: { raw throws(Refusal) in
        guard case .one(let text) = raw else { throw Refusal(remedy: .remedyOneValue) }
        if let remedy = check(text) { throw Refusal(remedy: remedy) }
        return text
      })
  }

  static func number(
    _ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ purpose: Phrase, example: String
  ) -> ConfigurationOption {
    option(
      key, path, form: .formNumber(from: range.lowerBound, to: range.upperBound), purpose, example: example,
      write: { String($0) },
      parse: { raw throws(Refusal) in
        guard case .one(let text) = raw, let value = Int(text), range.contains(value) else {
          throw Refusal(remedy: .remedyNumber(from: range.lowerBound, to: range.upperBound))
        }
        return value
      })
  }

  /// Bytes, with an optional unit: 50MiB.
  static func size(
    _ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ purpose: Phrase, example: String
  ) -> ConfigurationOption {
    let (least, most) = (ByteSize.text(range.lowerBound), ByteSize.text(range.upperBound))
    return option(
      key, path, form: .formSize(from: least, to: most), purpose, example: example, write: ByteSize.text,
      parse: { raw throws(Refusal) in
        guard case .one(let text) = raw, let value = ByteSize.parse(text), range.contains(value) else {
          throw Refusal(remedy: .remedySize(from: least, to: most))
        }
        return value
      })
  }

  static func flag(_ key: String, _ path: Path<Bool>, _ purpose: Phrase, example: String) -> ConfigurationOption {
    option(
      key, path, form: .formEither("true", or: "false"), purpose, example: example, write: { String($0) },
      parse: { raw throws(Refusal) in
        switch raw.text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw Refusal(remedy: .remedyYesNo)
        }
      })
  }

  static func list(
    _ key: String, _ path: Path<[String]>, of what: Phrase, _ purpose: Phrase, example: String,
    check: @escaping @Sendable (String) -> Phrase? = { _ in nil }
  ) -> ConfigurationOption {
    option(
      key, path, form: .formList(of: what), purpose, example: example, isList: true,
      write: { "[" + $0.map(quoted).joined(separator: ", ") + "]" },
      parse: { raw throws(Refusal) in
        for item in raw.items {
          if let remedy = check(item) { throw Refusal(remedy: remedy) }
        }
        return raw.items
      })
  }

  static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
    _ key: String, _ path: Path<Value>, _ purpose: Phrase, example: String
  ) -> ConfigurationOption where Value.RawValue == String {
    let words = Value.allCases.map(\.rawValue)
    let form: Phrase =
      words.count == 2 ? .formEither(words[0], or: words[1]) : .formOneOf(words.joined(separator: ", "))
    return option(
      key, path, form: form, purpose, example: example, write: \.rawValue,
      parse: { raw throws(Refusal) in
        guard case .one(let text) = raw, let value = Value(rawValue: text) else {
          throw Refusal(remedy: .remedyOneOf(words.joined(separator: ", ")))
        }
        return value
      })
  }

  /// A scalar as YAML needs it: bare where that cannot be read as anything else.
  @Sendable static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte) || (0x30...0x39).contains(byte)
        || [0x2d, 0x2e, 0x2f, 0x5f].contains(byte)
    }
    return isPlain && !text.isEmpty ? text : "\"\(text)\""
  }
}
