import IMAP
import Store

/// Other names for the mailboxes with a role (RFC 6154): what mail programs create because they do not look for the role.
///
/// An account has each role once. A name of the table stands for the mailbox with its role while the account has that mailbox and none
/// of its own under the name: CREATE answers OK and makes nothing, and every command that names a mailbox means the real one. LIST
/// shows the real one only, but finds the other name when it is asked for exactly. DELETE and RENAME of another name are refused, so
/// that no program empties Sent when it tidies up after itself. docs/decisions.md says why.
enum MailboxAliases {
  /// The mailbox that `name` stands for, or nil: none, or one that has the name itself.
  static func find(_ name: MailboxName, in mailboxes: [MailboxInfo]) -> MailboxInfo? {
    guard let real = realName(name.text, mailboxes) else { return nil }
    return mailboxes.first { $0.name == real }
  }

  /// The name that a new mailbox really gets: below another name of Sent it comes below Sent.
  static func realName(_ name: String, _ mailboxes: [MailboxInfo]) -> String? {
    // The whole name, or its first levels: `Sent Items/2024`, `[Gmail]/Spam/x`.
    let heads = ends(of: name).map { (String(name[..<$0]), $0) }.filter { roles[folded($0.0)] != nil }
    if heads.isEmpty || mailboxes.contains(where: { $0.name == name }) { return nil }
    for (head, end) in heads {
      guard let role = roles[folded(head)] else { continue }
      if mailboxes.contains(where: { $0.name == head }) { return nil }
      guard let owner = mailboxes.first(where: { $0.role == role }) else { continue }
      return owner.name + name[end...]
    }
    return nil
  }

  /// The role that a name means.
  static func role(_ name: String) -> MailboxRole? { roles[folded(name)] }

  private static func ends(of name: String) -> [String.Index] {
    name.indices.filter { name[$0] == "/" } + [name.endIndex]
  }

  /// Case means nothing here; Swift's comparison already takes NFC and NFD for the same.
  private static func folded(_ name: String) -> String { name.lowercased() }

  private static let roles: [String: MailboxRole] = {
    var roles: [String: MailboxRole] = [:]
    for (role, names) in table {
      for name in names { roles[folded(name)] = role }
    }
    return roles
  }()

  private static let table: [(MailboxRole, [String])] = [
    (
      .sent,
      [
        "Sent",
        // Outlook, Exchange
        "Sent Items", "Sent Item",
        // Apple Mail
        "Sent Messages", "Sent Message",
        // Gmail, Yahoo, alpine and old webmails
        "Sent Mail", "Sent-Mail", "Sent Mails", "[Gmail]/Sent Mail", "[Google Mail]/Sent Mail",
        // Outlook, Gmail and webmails in Arabic
        "المرسل", "المرسلة", "المرسلات", "مرسل", "العناصر المرسلة", "الرسائل المرسلة", "البريد المرسل",
        "[Gmail]/بريد مرسل",
        // in French, for the Maghreb
        "Éléments envoyés", "Messages envoyés", "Envoyés",
      ]
    ),
    (
      .drafts,
      [
        "Drafts", "Draft", "Draft Messages", "[Gmail]/Drafts", "[Google Mail]/Drafts", "المسودات", "مسودات", "المسودة",
        "مسودة",
        "[Gmail]/مسودات", "[Gmail]/المسودات", "Brouillons",
      ]
    ),
    (
      .trash,
      [
        "Trash", "Deleted Items", "Deleted Item", "Deleted Messages", "Deleted", "Bin", "[Gmail]/Trash", "[Gmail]/Bin",
        "[Google Mail]/Trash", "المهملات", "سلة المهملات", "المحذوفات", "سلة المحذوفات", "العناصر المحذوفة",
        "الرسائل المحذوفة",
        "[Gmail]/المهملات", "Éléments supprimés", "Messages supprimés", "Corbeille",
      ]
    ),
    (
      .junk,
      [
        "Junk", "Junk E-mail", "Junk Email", "Junk Mail", "Spam", "Bulk Mail", "Bulk", "[Gmail]/Spam",
        "[Google Mail]/Spam",
        "البريد المزعج", "بريد مزعج", "البريد غير الهام", "البريد غير المهم", "البريد الإلكتروني غير الهام",
        "البريد العشوائي",
        "الرسائل غير المرغوب فيها", "البريد غير المرغوب فيه", "غير المرغوب فيها", "[Gmail]/الرسائل غير المرغوب فيها",
        "Courrier indésirable", "Indésirables",
      ]
    ),
    (.archive, ["Archive", "Archives", "الأرشيف", "الارشيف", "أرشيف", "ارشيف"]),
  ]
}

extension Store {
  /// The mailbox that a command names, by its own name or another one. Throws `.noSuchMailbox`.
  func mailbox(asked name: MailboxName, of account: AccountID) async throws(StoreFault) -> MailboxInfo {
    do throws(StoreFault) {
      return try await mailbox(named: name.text, of: account)
    } catch .noSuchMailbox {
      guard let info = MailboxAliases.find(name, in: try await mailboxes(of: account)) else { throw .noSuchMailbox }
      return info
    }
  }
}
