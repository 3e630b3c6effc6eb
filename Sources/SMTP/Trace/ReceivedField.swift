/// A Received field (RFC 5321 §4.4), as one server puts it in front of a message.
public struct ReceivedField: Hashable, Sendable {
  /// What the client called itself; `nil` leaves the whole from clause out, for submissions whose origin is private.
  public var from: ClientName?
  /// The client's address as text, without brackets.
  public var address: String
  /// The name that belongs to the address by DNS, if it was looked up and verified.
  public var reverseName: String?
  /// This server's name.
  public var by: String
  public var type: TransmissionType
  /// TLS version and cipher, for a comment (`TLSv1.3 TLS_AES_128_GCM_SHA256`).
  public var tls: String?
  /// This server's name for the message, an atom.
  public var id: String
  /// The recipient in its brackets; only where there is one, or recipients would learn of each other (RFC 5321 §7.2).
  public var recipient: ForwardPath?
  /// The transaction's priority where it is not 0 or was asked for (RFC 6710 §4.1, the PRIORITY clause).
  public var priority: Int?
  /// The client asked for REQUIRETLS (RFC 8689 §4.1: the message is tagged): a comment, since no clause is registered.
  public var requiresTLS = false
  /// The date in the form of RFC 5322 §3.3.
  public var date: String

  public init(
    from: ClientName?, address: String, by: String, type: TransmissionType, id: String, date: String
  ) {
    self.from = from
    self.address = address
    self.by = by
    self.type = type
    self.id = id
    self.date = date
  }

  /// The field with its CRLF, folded between its clauses.
  public var bytes: [UInt8] {
    var clauses: [String] = []
    if let from {
      let literal = address.utf8.contains(UInt8(ascii: ":")) ? "[IPv6:\(address)]" : "[\(address)]"
      clauses.append("from \(clean(from.text)) (\(reverseName.map { clean($0) + " " } ?? "")\(literal))")
    }
    if let tls { clauses.append("(\(clean(tls)))") }
    clauses.append("by \(by) with \(type) id \(clean(id))")
    if let recipient { clauses.append("for \(recipient)") }
    if let priority { clauses.append("PRIORITY \(priority)") }
    if requiresTLS { clauses.append("(REQUIRETLS)") }
    var result = Array("Received: ".utf8)
    for (number, clause) in clauses.enumerated() {
      if number > 0 { result += Array("\r\n\t".utf8) }
      result += Array(clause.utf8)
    }
    result += Array(";\r\n\t\(date)\r\n".utf8)
    return result
  }

  /// What a peer chose must not be able to end the field, open a comment or start another clause.
  private func clean(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "(", ")", "\\", ";", "\"", "<", ">": result += "?"
      case "\u{0}"..."\u{1F}", "\u{7F}": result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension ReversePath {
  /// The Return-Path field with its CRLF, which final delivery puts in front of a message (RFC 5321 §4.4).
  public var returnPathField: [UInt8] { Array("Return-Path: \(self)\r\n".utf8) }
}
