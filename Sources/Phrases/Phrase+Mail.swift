// Why a log-in, a sender or a recipient was refused, in words for the person at the other end.
extension Phrase {
  package static var logInRefused: Phrase {
    Phrase(
      en: "The name or the password is wrong.",
      ar: "الاسم أو كلمة السر غير صحيحة.")
  }
  package static var logInNeedsTLS: Phrase {
    Phrase(
      en: "Log in over an encrypted connection. Turn on TLS in your mail program.",
      ar: "سجّل الدخول عبر اتصال مشفّر. فعّل TLS في برنامج البريد.")
  }
  package static var logInUnavailable: Phrase {
    Phrase(
      en: "Logging in is not possible right now. Please try again in a few minutes.",
      ar: "يتعذر تسجيل الدخول الآن. حاول مرة أخرى بعد دقائق.")
  }
  package static var logInTooMany: Phrase {
    Phrase(
      en: "Too many attempts. Please wait a while.",
      ar: "محاولات كثيرة. انتظر قليلًا من فضلك.")
  }
  package static func senderNotYours(_ address: String) -> Phrase {
    Phrase(
      en: "You may not send as \(address).",
      ar: "لا يُسمح لك بالإرسال من العنوان \(address).")
  }
  package static func recipientUnknown(_ address: String) -> Phrase {
    Phrase(en: "Nobody here has the address \(address).", ar: "لا أحد هنا يملك العنوان \(address).")
  }
  package static func recipientElsewhere(_ address: String) -> Phrase {
    Phrase(
      en: "\(address) is not at this server, and strangers' mail is not passed on.",
      ar: "العنوان \(address) ليس على هذا الخادم، ولا يُمرَّر بريد الغرباء.")
  }
  package static var recipientsTooMany: Phrase {
    Phrase(en: "Too many recipients in one message.", ar: "عدد المستلمين في الرسالة أكثر من المسموح.")
  }
  package static func messageTooLarge(limit: Int) -> Phrase {
    Phrase(
      en: "The message is too large. The limit in bytes is \(limit).",
      ar: "الرسالة أكبر من المسموح. الحد الأقصى بالبايت: \(limit).")
  }
  package static func mailboxFull(_ address: String) -> Phrase {
    Phrase(en: "The mailbox of \(address) is full.", ar: "صندوق بريد \(address) ممتلئ.")
  }
  package static var reportMissing: Phrase {
    Phrase(
      en: "Name the files of the reports, or give --outgoing for what was collected here.",
      ar: "اذكر ملفات التقارير، أو استخدم الخيار --outgoing لما جُمع هنا.")
  }
  package static func reportUnreadable(_ file: String) -> Phrase {
    Phrase(
      en: "\(file) holds no DMARC report that can be read.",
      ar: "لا يوجد في \(file) تقرير DMARC مقروء.")
  }
  package static func reportFrom(_ organization: String, domain: String) -> Phrase {
    Phrase(en: "Report of \(organization) about \(domain)", ar: "تقرير \(organization) عن \(domain)")
  }
  package static var storageFull: Phrase {
    Phrase(
      en: "The server has no room for the message now. Please try again later.",
      ar: "لا متسع للرسالة على الخادم الآن. حاول مرة أخرى لاحقًا.")
  }
}
