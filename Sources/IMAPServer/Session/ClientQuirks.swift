import IMAP
import Mail

/// What is kept from a client whose program is known to misread it, chosen by what it says in ID (RFC 2971).
///
/// RFC 2971 §2 wants ID without effect; hiding a capability from a program that would lose mail's sight over it is the smaller evil.
/// One table, no conditions elsewhere; a row needs a public report.
struct ClientQuirks: Sendable, Equatable {
  /// Capabilities that CAPABILITY leaves out.
  var hidden: Set<String> = []

  static let none = ClientQuirks()

  private struct Row {
    /// How the client's `name` begins, case ignored.
    var name: String
    var quirks: ClientQuirks
  }

  private static let rows = [
    // Outlook enables UIDONLY, then reads no UIDFETCH response: an empty inbox (github.com/mjl-/mox/issues/388, 2025-09).
    Row(name: "Microsoft", quirks: ClientQuirks(hidden: ["UIDONLY"])),
    Row(name: "Outlook", quirks: ClientQuirks(hidden: ["UIDONLY"])),
  ]

  /// The row for the fields of ID, or `none`.
  static func of(_ fields: [IMAPCommand.IDField]) -> ClientQuirks {
    guard let name = fields.first(where: { ASCII.equal($0.name, "name") })?.value else { return .none }
    return rows.first { ASCII.equal(String(name.prefix($0.name.count)), $0.name) }?.quirks ?? .none
  }
}
