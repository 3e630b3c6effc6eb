// Finding mail, and the index that it is found with.
extension Phrase {
  package static var helpMailSearch: Phrase {
    Phrase(
      en: "Find messages of an account that have every word, however Arabic is spelt.",
      ar: "البحث في رسائل حساب عن كل الكلمات، مهما اختلف رسمها.")
  }
  package static var helpArgumentWords: Phrase {
    Phrase(en: "The words to look for.", ar: "الكلمات المطلوبة.")
  }
  package static var helpOptionSearchMailbox: Phrase {
    Phrase(en: "Look only in this mailbox.", ar: "البحث في هذا المجلد وحده.")
  }
  package static var helpOptionLimit: Phrase {
    Phrase(en: "How many messages to show at most.", ar: "أكبر عدد من الرسائل يُعرض.")
  }
  package static var helpStoreReindex: Phrase {
    Phrase(
      en: "Make what is derived from messages, and the search index, anew.",
      ar: "إعادة بناء ما يُستخرج من الرسائل وفهرس البحث.")
  }
  package static var helpArgumentReindexed: Phrase {
    Phrase(en: "The account; all accounts where none is named.", ar: "الحساب، أو كل الحسابات إن لم يُذكر حساب.")
  }
  package static var helpOptionSearch: Phrase {
    Phrase(
      en:
        "How mail programs' searches compare: arabic (however it is spelt), exact (as IMAP says) or default (as configured).",
      ar:
        "طريقة المقارنة في بحث برامج البريد: arabic (مهما اختلف الرسم) أو exact (كما ينص IMAP) أو default (كما في الإعدادات)."
    )
  }

  package static var columnMailbox: Phrase { Phrase(en: "Mailbox", ar: "المجلد") }
  package static var columnFrom: Phrase { Phrase(en: "From", ar: "المرسل") }
  package static var columnSubject: Phrase { Phrase(en: "Subject", ar: "الموضوع") }

  package static var searchNothing: Phrase {
    Phrase(en: "Nothing was found.", ar: "لم يُعثر على شيء.")
  }
  package static func searchFound(_ shown: Int, of total: Int) -> Phrase {
    Phrase(en: "Found \(total), shown \(shown).", ar: "عُثر على \(total)، والمعروض \(shown).")
  }
  package static var searchWordsMissing: Phrase {
    Phrase(en: "There is no word to look for.", ar: "لا توجد كلمة للبحث عنها.")
  }
  package static func reindexed(_ address: String, messages: Int, damaged: Int) -> Phrase {
    Phrase(
      en: "\(address): \(.message, count: messages) done, \(damaged) could not be read.",
      ar: "\(address): تمت معالجة \(.message, count: messages)، وتعذرت قراءة \(damaged).")
  }
  package static func reindexContinues(_ address: String) -> Phrase {
    Phrase(
      en: "The search index of \(address) is being built; searches work meanwhile.",
      ar: "يجري بناء فهرس البحث للحساب \(address)، والبحث يعمل في الأثناء.")
  }
}
