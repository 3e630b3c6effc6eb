// What a sender is told of a message, and how an account's submission settings are named.
extension Phrase {
  package static var reportSubject: Phrase {
    Phrase(en: "Delivered", ar: "وصلت رسالتك")
  }
  package static func reportDelivered(_ recipients: String) -> Phrase {
    Phrase(
      en: "Your message is in the mailbox of:\n\n\(recipients)\n\nYou asked for this report when you sent it.",
      ar: "وصلت رسالتك إلى صندوق:\n\n\(recipients)\n\nطلبت هذا التقرير عند الإرسال.")
  }
  package static func accountSettingsSet(_ address: String) -> Phrase {
    Phrase(en: "The settings of \(address) are changed.", ar: "تغيّرت إعدادات \(address).")
  }
  package static var accountSettingMissing: Phrase {
    Phrase(
      en: "Say what to change, such as --sent-copy on; `barid account list --json` shows what holds.",
      ar: "اذكر ما تريد تغييره، مثل ‎--sent-copy on؛ والأمر `barid account list --json` يعرض الإعدادات الحالية.")
  }
  package static var helpAccountSet: Phrase {
    Phrase(en: "Change the settings of an account: sending and search.", ar: "تغيير إعدادات الحساب: الإرسال والبحث.")
  }
  package static var helpOptionSentCopy: Phrase {
    Phrase(
      en: "on: the server files a copy of each message sent in Sent; off: the mail program does.",
      ar: "on: يحفظ الخادم نسخة من كل رسالة مرسلة في Sent؛ off: يتولى ذلك برنامج البريد.")
  }
  package static var helpOptionRecipientsADay: Phrase {
    Phrase(
      en: "Recipients a day; 0: no limit; default: as configured.",
      ar: "عدد المستلمين في اليوم؛ 0: بلا حد؛ default: كما في الإعدادات.")
  }
  package static var helpOptionNewRecipientsADay: Phrase {
    Phrase(
      en: "Recipients a day never written to before; 0: no limit; default: as configured.",
      ar: "عدد المستلمين الجدد في اليوم؛ 0: بلا حد؛ default: كما في الإعدادات.")
  }
  package static var helpOptionPriority: Phrase {
    Phrase(
      en: "The highest MT-PRIORITY its messages may have, 0 to 9; default: as configured.",
      ar: "أعلى أولوية MT-PRIORITY لرسائله، من 0 إلى 9؛ default: كما في الإعدادات.")
  }
}
