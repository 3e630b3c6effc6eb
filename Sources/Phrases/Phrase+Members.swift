// Mailboxes whose members have an own state each.
extension Phrase {
  package static var helpMailbox: Phrase {
    Phrase(en: "Mailboxes that several people look into.", ar: "مجلدات يطّلع عليها عدة أشخاص.")
  }
  package static var helpMailboxState: Phrase {
    Phrase(
      en: "Show or set whether what is read and removed is everybody's or each member's own.",
      ar: "عرض أو ضبط ما إذا كانت حالة القراءة والحذف مشتركة أم خاصة بكل عضو.")
  }
  package static var helpMailboxShow: Phrase {
    Phrase(
      en: "Give a member what he has hidden, or what came before he joined.",
      ar: "إظهار ما أخفاه عضو أو ما وصل قبل انضمامه.")
  }
  package static var helpMailboxExpunge: Phrase {
    Phrase(en: "Take messages out for all members at once.", ar: "إزالة رسائل عند كل الأعضاء دفعة واحدة.")
  }
  package static var helpArgumentMailboxName: Phrase {
    Phrase(en: "The mailbox, for example INBOX.", ar: "المجلد، مثل INBOX.")
  }
  package static var helpArgumentStateMode: Phrase {
    Phrase(
      en: "own (each member for himself) or shared; shown where it is left out.",
      ar: "own (لكل عضو حالته) أو shared (مشتركة)، وتُعرض الحالة الحالية إن لم تُذكر.")
  }
  package static var helpArgumentMember: Phrase {
    Phrase(en: "The member's address.", ar: "عنوان العضو.")
  }
  package static var helpArgumentUIDs: Phrase {
    Phrase(
      en: "UIDs as IMAP shows them to the owner, like 4 or 7:12.",
      ar: "أرقام UID كما يراها المالك في IMAP، مثل 4 أو 7:12.")
  }

  package static var columnMember: Phrase { Phrase(en: "Member", ar: "العضو") }
  package static var columnJoined: Phrase { Phrase(en: "Joined", ar: "انضم في") }
  package static var columnUnseen: Phrase { Phrase(en: "Unread", ar: "غير المقروء") }
  package static var columnHidden: Phrase { Phrase(en: "Hidden", ar: "المخفي") }

  package static func mailboxStateOwn(_ name: String) -> Phrase {
    Phrase(
      en: "In \(name) each member has an own state.",
      ar: "لكل عضو في \(name) حالته الخاصة.")
  }
  package static func mailboxStateShared(_ name: String) -> Phrase {
    Phrase(en: "In \(name) all share one state.", ar: "حالة \(name) مشتركة بين الجميع.")
  }
  package static func mailboxShown(_ count: Int) -> Phrase {
    Phrase(en: "Messages that came back: \(count).", ar: "عدد الرسائل التي ظهرت من جديد: \(count).")
  }
  package static func mailboxExpunged(_ count: Int) -> Phrase {
    Phrase(
      en: "Messages taken out for all: \(count). They can still be restored.",
      ar: "عدد الرسائل التي أُزيلت عند الجميع: \(count). ما زال بالإمكان استعادتها.")
  }
  package static func memberUnknown(_ address: String, _ mailbox: String) -> Phrase {
    Phrase(
      en: "\(address) may not read \(mailbox).",
      ar: "لا يحق للحساب \(address) قراءة \(mailbox).")
  }
  package static var uidsMissing: Phrase {
    Phrase(en: "Say which messages: their UIDs or --all.", ar: "حدّد الرسائل: أرقام UID أو الخيار --all.")
  }
}
