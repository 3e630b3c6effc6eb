// What was removed and comes back, verification, backups, import and export, upgrades.
extension Phrase {
  // MARK: Removed mail
  package static func deletedRestored(_ count: Int) -> Phrase {
    Phrase(en: "Messages that came back: \(count).", ar: "عدد الرسائل المستعادة: \(count).")
  }
  package static func deletedPurged(_ count: Int) -> Phrase {
    Phrase(
      en: "Messages that are gone for good: \(count).",
      ar: "عدد الرسائل التي حُذفت نهائيًا: \(count).")
  }
  package static func restoredToMoment(_ restored: Int, _ moved: Int, _ aside: Int) -> Phrase {
    Phrase(
      en: "Restored: \(restored). Moved back: \(moved). Newer messages set aside: \(aside).",
      ar: "المستعاد: \(restored). المُعاد إلى مكانه: \(moved). رسائل أحدث نُقلت جانبًا: \(aside).")
  }
  package static func newerMailbox(_ moment: String) -> Phrase {
    Phrase(en: "Newer than \(moment)", ar: "أحدث من \(copy: moment)")
  }
  package static func momentInvalid(_ text: String) -> Phrase {
    Phrase(
      en: "\"\(text)\" is no moment. Write \"yesterday 17:00\", \"2026-11-20 17:00\" or \"2 hours ago\".",
      ar: "\"\(text)\" ليس وقتًا. اكتب \"أمس 17:00\" أو \"2026-11-20 17:00\" أو \"قبل 2 ساعات\".")
  }
  package static var momentAhead: Phrase {
    Phrase(en: "That moment has not come yet.", ar: "هذا الوقت لم يأت بعد.")
  }
  package static func momentTooOld(_ days: Int) -> Phrase {
    Phrase(
      en: "Removed mail is kept for \(.day, count: days): what the mail was at that moment is not known any more.",
      ar: "يُحفظ البريد المحذوف مدة \(.day, count: days)، ولم يعد معروفًا ما كان عليه البريد في ذلك الوقت.")
  }
  package static var choiceMissing: Phrase {
    Phrase(
      en: "Say which messages: their numbers, --mailbox NAME or --all.",
      ar: "حدّد الرسائل: أرقامها أو الخيار --mailbox مع الاسم أو --all.")
  }
  package static func mailboxUnknown(_ name: String) -> Phrase {
    Phrase(en: "There is no mailbox \"\(name)\".", ar: "لا يوجد صندوق باسم \"\(name)\".")
  }
  package static var messageUnknown: Phrase {
    Phrase(
      en: "No such removed message: it came back, or is gone for good.",
      ar: "لا توجد رسالة محذوفة كهذه: عادت أو حُذفت نهائيًا.")
  }
  package static var domainQuotaTooSmall: Phrase {
    Phrase(
      en: "The quota of the domain has no room for them. Nothing was changed.",
      ar: "لا مكان لها في حصة النطاق. لم يتغيّر شيء.")
  }
  package static var quotaTooSmall: Phrase {
    Phrase(
      en: "The account has no room for them. Nothing was changed.",
      ar: "لا مكان لها في الحساب. لم يتغيّر شيء.")
  }
  package static func accountRestored(_ address: String) -> Phrase {
    Phrase(
      en: "The account \(address) is open again, with its mail, password and devices.",
      ar: "فُتح الحساب \(address) من جديد ببريده وكلمة سره وأجهزته.")
  }
  package static func accountNotRemoved(_ address: String) -> Phrase {
    Phrase(
      en: "No removed account \(address) can come back.",
      ar: "لا يوجد حساب محذوف \(address) يمكن استعادته.")
  }
  package static var timeConfirmed: Phrase {
    Phrase(
      en: "The time is confirmed: what is old enough is removed again.",
      ar: "تم تأكيد الوقت: سيُحذف القديم من جديد في موعده.")
  }

  package static func messageNumberInvalid(_ text: String) -> Phrase {
    Phrase(
      en: "\"\(text)\" is not the number of a removed message. Such numbers, as 1.4, are in `barid mail deleted list`.",
      ar: "\"\(text)\" ليس رقم رسالة محذوفة. الأرقام، مثل 1.4، يعرضها الأمر `barid mail deleted list`.")
  }

  // MARK: Store
  package static func storeSound(_ messages: Int, _ blobs: Int) -> Phrase {
    Phrase(
      en: "Everything is sound: \(.message, count: messages), \(.content, count: blobs) read and checked.",
      ar: "كل شيء سليم، بعد قراءة \(.message, count: messages) و\(.content, count: blobs) وفحصها.")
  }
  package static func storeMistakes(_ count: Int) -> Phrase {
    Phrase(en: "Mistakes in the store: \(count).", ar: "عدد الأخطاء في المخزن: \(count).")
  }
  package static func storeCompacted(_ segments: Int, _ bytes: Int64) -> Phrase {
    Phrase(
      en: "Segments rewritten: \(segments). Bytes given back: \(bytes).",
      ar: "المقاطع التي أُعيدت كتابتها: \(segments). البايتات المحررة: \(bytes).")
  }

  // MARK: Backups
  package static func backupMade(_ path: String) -> Phrase {
    Phrase(en: "The backup is in \(path).", ar: "النسخة الاحتياطية في \(path).")
  }
  package static func backupSound(_ path: String) -> Phrase {
    Phrase(en: "The backup \(path) is sound.", ar: "النسخة الاحتياطية \(path) سليمة.")
  }
  package static func backupMistakes(_ path: String, _ count: Int) -> Phrase {
    Phrase(
      en: "Mistakes in the backup \(path): \(count).",
      ar: "عدد الأخطاء في النسخة الاحتياطية \(path): \(count).")
  }
  package static func backupRestored(_ folder: String) -> Phrase {
    Phrase(en: "The data folder \(folder) is as it was.", ar: "عاد مجلد البيانات \(folder) كما كان.")
  }
  package static func backupAccountRestored(_ address: String, _ count: Int) -> Phrase {
    Phrase(
      en: "\(address) is as it was at the backup: \(.message, count: count).",
      ar: "عاد \(address) كما كان في النسخة الاحتياطية، بعدد \(.message, count: count).")
  }
  package static func backupFolderFull(_ folder: String) -> Phrase {
    Phrase(
      en: "\(folder) is not empty. Move it away first, or bring back one account with --account.",
      ar: "المجلد \(folder) ليس فارغًا. انقله أولًا، أو استعد حسابًا واحدًا بالخيار --account.")
  }
  package static var backupServerRuns: Phrase {
    Phrase(
      en: "The server runs. Stop it before the whole data folder is replaced.",
      ar: "الخادم يعمل. أوقفه قبل استبدال مجلد البيانات كله.")
  }
  package static func backupNone(_ path: String) -> Phrase {
    Phrase(en: "There is no backup in \(path).", ar: "لا توجد نسخة احتياطية في \(path).")
  }
  package static func backupUnreadable(_ path: String, _ reason: String) -> Phrase {
    Phrase(
      en: "The backup \(path) cannot be read: \(reason).", ar: "تتعذر قراءة النسخة الاحتياطية \(path): \(reason).")
  }
  package static func backupFailed(_ path: String, _ reason: String) -> Phrase {
    Phrase(
      en: "The backup in \(path) could not be made: \(reason).",
      ar: "تعذر إنشاء النسخة الاحتياطية في \(path): \(reason).")
  }
  package static func backupNoAccount(_ address: String) -> Phrase {
    Phrase(en: "The backup has no account \(address).", ar: "لا يوجد حساب \(address) في النسخة الاحتياطية.")
  }

  // MARK: Import and export
  package static func importDone(_ messages: Int, _ mailboxes: Int, _ skipped: Int) -> Phrase {
    Phrase(
      en:
        "Imported: \(.message, count: messages) into \(.mailbox, count: mailboxes). Too large and left out: \(skipped).",
      ar: "تم استيراد \(.message, count: messages) إلى \(.mailbox, count: mailboxes). رسائل كبيرة تُركت: \(skipped).")
  }
  package static func importNothingNew(_ path: String) -> Phrase {
    Phrase(
      en:
        "There is nothing new in \(path): what was imported before is left out. With --again all of it comes once more.",
      ar: "لا جديد في \(path): ما استُورد من قبل يُترك. الخيار --again يستورده كله مرة أخرى.")
  }
  package static func importDoneWithoutKeywords(
    _ messages: Int, _ mailboxes: Int, _ skipped: Int, _ keywords: Int
  ) -> Phrase {
    Phrase(
      en:
        "Imported: \(.message, count: messages) into \(.mailbox, count: mailboxes). Left out: too large \(skipped), keywords \(keywords).",
      ar:
        "تم استيراد \(.message, count: messages) إلى \(.mailbox, count: mailboxes). تُرك: رسائل كبيرة \(skipped)، كلمات مفتاحية \(keywords)."
    )
  }
  package static func exportDone(_ messages: Int, _ mailboxes: Int, _ skipped: Int) -> Phrase {
    Phrase(
      en:
        "Exported: \(.message, count: messages) from \(.mailbox, count: mailboxes). Damaged and left out: \(skipped).",
      ar: "تم تصدير \(.message, count: messages) من \(.mailbox, count: mailboxes). رسائل تالفة تُركت: \(skipped).")
  }
  package static func transferUnreadable(_ path: String, _ reason: String) -> Phrase {
    Phrase(en: "\(path) cannot be read: \(reason).", ar: "تتعذر قراءة \(path): \(reason).")
  }
  package static func transferUnwritable(_ path: String, _ reason: String) -> Phrase {
    Phrase(en: "\(path) cannot be written: \(reason).", ar: "تتعذر كتابة \(path): \(reason).")
  }
  package static func transferUnknown(_ path: String) -> Phrase {
    Phrase(
      en: "\(path) holds no mail that Barid knows: mbox, Maildir or .eml files.",
      ar: "لا يوجد في \(path) بريد يعرفه بريد: mbox أو Maildir أو ملفات ‎.eml.")
  }
  package static func transferChanged(_ path: String) -> Phrase {
    Phrase(
      en: "\(path) is not what was imported from there before. With --again it is imported from its beginning.",
      ar: "لم يعد \(path) كما كان حين استُورد من قبل. الخيار --again يستورده من بدايته.")
  }
  package static func transferNotEmpty(_ path: String) -> Phrase {
    Phrase(en: "\(path) is there already.", ar: "\(path) موجود من قبل.")
  }

  // MARK: Upgrades
  package static func upgradeSnapshot(_ path: String) -> Phrase {
    Phrase(
      en: "The state before is kept in \(path); `barid upgrade --undo` returns to it.",
      ar: "الحالة السابقة محفوظة في \(path)؛ الأمر `barid upgrade --undo` يعود إليها.")
  }
  package static var upgradeServerRuns: Phrase {
    Phrase(
      en: "The server runs. Stop it first; an upgrade needs the data folder for itself.",
      ar: "الخادم يعمل. أوقفه أولًا؛ فالترقية تحتاج إلى مجلد البيانات وحدها.")
  }
  package static var upgradeDone: Phrase {
    Phrase(en: "The data folder is at this Barid's format.", ar: "مجلد البيانات على صيغة هذا الإصدار.")
  }
  package static var upgradeRehearsed: Phrase {
    Phrase(
      en: "The rehearsal on a copy went well. Nothing was changed.",
      ar: "نجحت التجربة على نسخة. لم يتغيّر شيء.")
  }
  package static var upgradeUndone: Phrase {
    Phrase(
      en: "The data folder is as it was before the upgrade. What came after it is set aside beside the folder.",
      ar: "عاد مجلد البيانات كما كان قبل الترقية. ما جاء بعدها محفوظ بجانب المجلد.")
  }
  package static var upgradeNothingToUndo: Phrase {
    Phrase(en: "There is no upgrade to undo.", ar: "لا توجد ترقية يمكن الرجوع عنها.")
  }

  // MARK: Help
  package static var helpMail: Phrase {
    Phrase(
      en: "An account's mail: search, what was removed, import, export.",
      ar: "بريد الحساب: البحث والمحذوف والاستيراد والتصدير.")
  }
  package static var helpMailDeleted: Phrase {
    Phrase(en: "What was removed and can come back.", ar: "ما حُذف ويمكن استعادته.")
  }
  package static var helpMailDeletedList: Phrase {
    Phrase(en: "List removed messages, the newest first.", ar: "سرد الرسائل المحذوفة، الأحدث أولًا.")
  }
  package static var helpMailDeletedRestore: Phrase {
    Phrase(en: "Bring removed messages back to where they were.", ar: "إعادة الرسائل المحذوفة إلى مكانها.")
  }
  package static var helpMailDeletedPurge: Phrase {
    Phrase(en: "Remove messages for good.", ar: "حذف الرسائل نهائيًا.")
  }
  package static var helpMailRestore: Phrase {
    Phrase(
      en: "Make a message, a folder or all mail of an account what it was at a moment.",
      ar: "إعادة رسالة أو مجلد أو بريد الحساب كله كما كان في وقت ما.")
  }
  package static var helpMailImport: Phrase {
    Phrase(
      en: "Bring mail in from mbox, Maildir or .eml files.", ar: "استيراد البريد من ملفات mbox أو Maildir أو ‎.eml.")
  }
  package static var helpMailExport: Phrase {
    Phrase(en: "Write mail to mbox, Maildir or .eml files.", ar: "تصدير البريد إلى ملفات mbox أو Maildir أو ‎.eml.")
  }
  package static var helpStore: Phrase {
    Phrase(en: "The store that holds all mail.", ar: "المخزن الذي يحفظ البريد كله.")
  }
  package static var helpStoreVerify: Phrase {
    Phrase(
      en: "Check every stored message and every rule of the store.", ar: "فحص كل رسالة محفوظة وكل قاعدة في المخزن.")
  }
  package static var helpStoreCompact: Phrase {
    Phrase(en: "Give back the space of mail that is gone, now.", ar: "تحرير مساحة البريد الذي زال، الآن.")
  }
  package static var helpBackup: Phrase {
    Phrase(en: "Backups of all mail and accounts.", ar: "النسخ الاحتياطية للبريد والحسابات كلها.")
  }
  package static var helpBackupCreate: Phrase {
    Phrase(
      en: "Make a backup in a folder, also while the server runs.",
      ar: "إنشاء نسخة احتياطية في مجلد، ولو أثناء عمل الخادم.")
  }
  package static var helpBackupVerify: Phrase {
    Phrase(en: "Check a backup, byte for byte.", ar: "فحص نسخة احتياطية بايتًا بايتًا.")
  }
  package static var helpBackupRestore: Phrase {
    Phrase(en: "Bring back everything, or one account.", ar: "استعادة كل شيء أو حساب واحد.")
  }
  package static var helpUpgrade: Phrase {
    Phrase(en: "Upgrade the data folder, with a way back.", ar: "ترقية مجلد البيانات مع إمكان الرجوع.")
  }
  package static var helpAccountRestore: Phrase {
    Phrase(en: "Open a removed account again.", ar: "فتح حساب محذوف من جديد.")
  }
  package static var helpOptionMailbox: Phrase {
    Phrase(en: "The folder, with its full name, such as INBOX.", ar: "المجلد باسمه الكامل، مثل INBOX.")
  }
  package static var helpOptionAll: Phrase { Phrase(en: "All of them.", ar: "كلها.") }
  package static var helpOptionAt: Phrase {
    Phrase(en: "The moment, such as \"yesterday 17:00\".", ar: "الوقت، مثل \"أمس 17:00\".")
  }
  package static var helpOptionMessage: Phrase {
    Phrase(en: "Only this message, by its number in the list.", ar: "هذه الرسالة فقط، برقمها في القائمة.")
  }
  package static var helpOptionKeepNewer: Phrase {
    Phrase(en: "Leave messages that came later where they are.", ar: "ترك الرسائل الأحدث في مكانها.")
  }
  package static var helpOptionFormat: Phrase {
    Phrase(en: "The format. Without it, an import finds it out.", ar: "الصيغة. وعند الاستيراد تُكتشف إن لم تُذكر.")
  }
  package static var helpOptionInto: Phrase {
    Phrase(
      en: "The folder that the mail goes into. Without it, INBOX.",
      ar: "المجلد الذي يُستورد إليه البريد. وإلا فإلى INBOX.")
  }
  package static var helpOptionAgain: Phrase {
    Phrase(en: "Begin again, whatever was imported before.", ar: "البدء من جديد، مهما استُورد من قبل.")
  }
  package static var helpOptionKeepBackups: Phrase {
    Phrase(
      en: "How many backups to keep in the folder. Without it, all.",
      ar: "عدد النسخ التي تبقى في المجلد. وإلا بقيت كلها.")
  }
  package static var helpOptionAccount: Phrase {
    Phrase(en: "Only this account.", ar: "هذا الحساب فقط.")
  }
  package static var helpOptionRehearse: Phrase {
    Phrase(en: "Try it on a copy only.", ar: "تجربتها على نسخة فقط.")
  }
  package static var helpOptionUndo: Phrase {
    Phrase(en: "Return to the state before the last upgrade.", ar: "العودة إلى الحالة قبل آخر ترقية.")
  }
  package static var helpOptionRemoved: Phrase {
    Phrase(en: "List those that were removed and can come back.", ar: "سرد المحذوفة التي يمكن استعادتها.")
  }
  package static var helpArgumentPath: Phrase { Phrase(en: "A file or folder.", ar: "ملف أو مجلد.") }
  package static var helpArgumentNumbers: Phrase {
    Phrase(en: "Numbers of messages, as listed.", ar: "أرقام الرسائل كما في القائمة.")
  }
  package static var columnNumber: Phrase { Phrase(en: "Number", ar: "الرقم") }
  package static var columnRemovedAt: Phrase { Phrase(en: "Removed", ar: "وقت الحذف") }
  package static var columnCause: Phrase { Phrase(en: "By", ar: "السبب") }
  package static var columnSize: Phrase { Phrase(en: "Bytes", ar: "البايتات") }
}
