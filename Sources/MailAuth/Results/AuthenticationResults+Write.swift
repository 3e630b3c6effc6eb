internal import Mail

extension AuthenticationResults {
  /// The whole field with its line end, folded after each result.
  public var field: [UInt8] {
    var text = instance.map { "ARC-Authentication-Results: i=\($0); " } ?? "Authentication-Results: "
    text += Self.value(authservID)
    if methods.isEmpty { text += "; none" }
    for method in methods {
      text += ";\r\n\t\(Self.word(method.method))=\(Self.word(method.result))"
      if let comment = method.comment { text += " (\(Self.comment(comment)))" }
      if let reason = method.reason { text += " reason=\(Self.quoted(reason))" }
      for property in method.properties {
        let piece = "\(Self.word(property.type)).\(Self.word(property.name))=\(Self.value(property.value))"
        text += (property == method.properties.first && method.reason == nil ? " " : "\r\n\t ") + piece
      }
    }
    return Array(text.utf8) + [0x0D, 0x0A]
  }

  private static func word(_ text: String) -> String {
    let word = text.utf8.filter { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    return word.isEmpty ? "x" : String(decoding: word, as: UTF8.self)
  }

  /// A token, an address or a domain as it is; everything else in quotes.
  private static func value(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let parts = bytes.split(separator: UInt8(ascii: "@"), maxSplits: 1, omittingEmptySubsequences: false)
    let isPlain = !bytes.isEmpty && parts.allSatisfy { part in part.allSatisfy { ASCII.isToken($0) || $0 >= 0x80 } }
    return isPlain && !(parts.last?.isEmpty ?? true) && bytes.count <= 500 ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars.prefix(500) where scalar.value >= 0x20 && scalar.value != 0x7F {
      if scalar == "\"" || scalar == "\\" { result.unicodeScalars.append("\\") }
      result.unicodeScalars.append(scalar)
    }
    return result + "\""
  }

  private static func comment(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(200)
    where scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "(" && scalar != ")" && scalar != "\\" {
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
