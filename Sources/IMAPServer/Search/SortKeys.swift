import IMAP
import Mail
import Store

/// What SORT and THREAD compare (RFC 5256 §3, RFC 5957), read from derived data: no message is opened.
struct SortKeys: Sendable {
  /// One key of one message.
  enum Key: Sendable, Comparable {
    case number(Int64)
    /// i;unicode-casemap, compared octet by octet.
    case text([UInt8])

    static func < (left: Key, right: Key) -> Bool {
      switch (left, right) {
      case (.number(let a), .number(let b)): a < b
      case (.text(let a), .text(let b)): a.lexicographicallyPrecedes(b)
      case (.number, .text): true
      case (.text, .number): false
      }
    }
  }

  private let decoder = SortDecoder()

  /// RFC 5051 §2: the form in which texts are ordered. `Casemap` ends in lower case, the collation orders title case.
  static func collated(_ text: String) -> [UInt8] { Casemap.fold(text).map(ASCII.uppercased) }

  static func needsDerived(_ criteria: [SortCriterion]) -> Bool {
    criteria.contains { criterion in
      switch criterion.key {
      case .arrival, .size, .relevancy: false
      default: true
      }
    }
  }

  func key(_ criterion: SortCriterion, _ record: MessageRecord, _ derived: Derived?, relevancy: UInt8) -> Key {
    switch criterion.key {
    case .arrival: .number(record.internalDate)
    case .size: .number(Int64(record.size))
    // RFC 6203 §6: the highest score first.
    case .relevancy: .number(-Int64(relevancy))
    // RFC 5256 §2.2: INTERNALDATE where the sent date cannot be determined.
    case .date: .number(derived?.sentAt ?? record.internalDate)
    case .subject: .text(Self.collated(BaseSubject(derived?.subject ?? "").text))
    case .from: .text(mailbox(.from, derived))
    case .to: .text(mailbox(.to, derived))
    case .cc: .text(mailbox(.cc, derived))
    case .displayFrom: .text(display(.from, derived))
    case .displayTo: .text(display(.to, derived))
    }
  }

  /// RFC 5256 §3: addr-mailbox of the first address; the empty string where there is none.
  private func mailbox(_ list: EnvelopeReader.List, _ derived: Derived?) -> [UInt8] {
    let address = derived.flatMap { EnvelopeReader($0.envelope).first(list) }
    return Self.collated(String(decoding: address?.mailbox ?? [], as: UTF8.self))
  }

  /// RFC 5957 §3: the display name, else the address.
  private func display(_ list: EnvelopeReader.List, _ derived: Derived?) -> [UInt8] {
    guard let address = derived.flatMap({ EnvelopeReader($0.envelope).first(list) }) else { return [] }
    if let name = address.name {
      let text = decoder.decode(name)
      if !text.isEmpty { return Self.collated(text) }
    }
    guard let mailbox = address.mailbox else { return [] }
    let host = address.host.map { [0x40] + $0 } ?? []
    return Self.collated(String(decoding: mailbox + host, as: UTF8.self))
  }
}

/// Decodes display names.
private struct SortDecoder: Sendable {
  func decode(_ name: [UInt8]) -> String { EncodedWord.decode(name, decoder: CharsetDecoder()) }
}
