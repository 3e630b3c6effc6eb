// What POP3 does with mail, for people: policies, history, devices.
extension Phrase {
  // MARK: Results
  package static func popPolicySet(_ whose: String) -> Phrase {
    Phrase(en: "This holds for \(whose) from the next session on.", ar: "يسري هذا على \(whose) من الجلسة القادمة.")
  }
  package static func popForgotten(_ device: String) -> Phrase {
    Phrase(
      en: "The device \"\(device)\" gets all messages again.", ar: "سيتسلّم الجهاز \"\(device)\" كل الرسائل من جديد.")
  }
  package static func popFlagCleared(_ device: String) -> Phrase {
    Phrase(
      en: "\"\(device)\" counts as one program again.", ar: "يُعَدّ \"\(device)\" برنامجًا واحدًا من جديد.")
  }
  package static func popFreed(messages: Int64, bytes: String) -> Phrase {
    Phrase(
      en: "Removed by POP: \(.message, count: Int(messages)). Space freed: \(bytes).",
      ar: "حُذف عبر POP ما عدده \(.message, count: Int(messages)). المساحة المحرَّرة: \(bytes).")
  }

  // MARK: Refusals
  package static var popNeedsOwnCopies: Phrase {
    Phrase(
      en:
        "Removing mail from the server also removes it from programs that mirror the server. Add --own-copies to say that every device keeps its own copies.",
      ar:
        "حذف البريد من الخادم يحذفه أيضًا من البرامج التي تطابق الخادم. أضِف --own-copies لتأكيد أن كل جهاز يحتفظ بنسخه.")
  }
  package static var popNeedsDays: Phrase {
    Phrase(
      en: "Say after how many days with --days.", ar: "اذكر عدد الأيام بالخيار --days.")
  }
  package static var popNeedsKeep: Phrase {
    Phrase(
      en:
        "--days, --counted and --own-copies belong to mail that does not stay for ever. Give --keep after-download or --keep after-arrival with them.",
      ar:
        "الخيارات ‎--days و‎--counted و‎--own-copies تخص البريد الذي لا يبقى دائمًا. أضِف إليها ‎--keep after-download أو ‎--keep after-arrival."
    )
  }
  package static var popZeroDays: Phrase {
    Phrase(
      en: "0 days is not allowed on this server (pop3.zero-days).",
      ar: "لا يسمح هذا الخادم بصفر من الأيام (pop3.zero-days).")
  }
  package static var popGroupCountsAll: Phrase {
    Phrase(
      en:
        "In a group each device gets each message, so every device must count: --group yes and --counted device exclude each other.",
      ar: "في المجموعة يتسلّم كل جهاز كل رسالة، فلا بد من احتساب كل الأجهزة: لا يجتمع --group yes و--counted device.")
  }
  package static func popNoFolder(_ name: String) -> Phrase {
    Phrase(en: "There is no folder \"\(name)\".", ar: "لا يوجد مجلد باسم \"\(name)\".")
  }

  // MARK: Values
  package static var popKeepForever: Phrase { Phrase(en: "for ever", ar: "دائمًا") }
  package static func popKeepDownload(_ days: Int64) -> Phrase {
    Phrase(en: "until \(.day, count: Int(days)) after download", ar: "حتى مضيّ \(.day, count: Int(days)) بعد التنزيل")
  }
  package static func popKeepArrival(_ days: Int64) -> Phrase {
    Phrase(
      en: "until \(.day, count: Int(days)) after arrival, and downloaded",
      ar: "حتى مضيّ \(.day, count: Int(days)) بعد الوصول ثم التنزيل")
  }
  package static var popDeleArchive: Phrase { Phrase(en: "moves to the archive", ar: "ينقل إلى الأرشيف") }
  package static var popDeleTrash: Phrase { Phrase(en: "removes, recoverable", ar: "يحذف مع إمكان الاسترجاع") }
  package static var popDeleDelete: Phrase { Phrase(en: "removes for good", ar: "يحذف نهائيًا") }
  package static var popCountedAll: Phrase { Phrase(en: "every device", ar: "كل الأجهزة") }
  package static var popCountedDevice: Phrase { Phrase(en: "this device alone", ar: "هذا الجهاز وحده") }
  package static var yes: Phrase { Phrase(en: "yes", ar: "نعم") }
  package static var no: Phrase { Phrase(en: "no", ar: "كلا") }
  package static func popSilentSince(_ time: String) -> Phrase {
    Phrase(en: "silent, does not count since \(time)", ar: "صامت، لا يُحسب منذ \(time)")
  }
  package static func popFlaggedSince(_ time: String) -> Phrase {
    Phrase(en: "used by two programs, since \(time)", ar: "يستخدمه برنامجان منذ \(time)")
  }
  package static var popUnknownDevice: Phrase { Phrase(en: "(account password)", ar: "(كلمة سر الحساب)") }
  package static var popServerItself: Phrase { Phrase(en: "(the server, by policy)", ar: "(الخادم، بحسب السياسة)") }
  package static var popRemovedDevice: Phrase { Phrase(en: "(a removed device)", ar: "(جهاز محذوف)") }

  // MARK: Heads
  package static var columnRule: Phrase { Phrase(en: "Rule", ar: "القاعدة") }
  package static var columnValue: Phrase { Phrase(en: "Value", ar: "القيمة") }
  package static var columnWhen: Phrase { Phrase(en: "When", ar: "الوقت") }
  package static var columnPeer: Phrase { Phrase(en: "From", ar: "من العنوان") }
  package static var columnTook: Phrase { Phrase(en: "Took", ar: "نزّل") }
  package static var columnRemoved: Phrase { Phrase(en: "Removed", ar: "حُذف") }
  package static var columnFreed: Phrase { Phrase(en: "Freed", ar: "حُرِّر") }
  package static var columnLastDownload: Phrase { Phrase(en: "Last download", ar: "آخر تنزيل") }
  package static var columnKeeps: Phrase { Phrase(en: "Mail stays", ar: "بقاء البريد") }
  package static var columnNotice: Phrase { Phrase(en: "Notice", ar: "تنبيه") }
  package static var ruleDele: Phrase { Phrase(en: "Deleting by POP", ar: "الحذف عبر POP") }
  package static var ruleKeep: Phrase { Phrase(en: "Mail stays", ar: "بقاء البريد") }
  package static var ruleCounted: Phrase { Phrase(en: "Downloads that count", ar: "التنزيل المحسوب") }
  package static var ruleSeen: Phrase { Phrase(en: "Downloading marks as read", ar: "التنزيل يُعلِّم مقروءًا") }
  package static var ruleFolder: Phrase { Phrase(en: "Folder", ar: "المجلد") }
  package static var ruleOnlyNew: Phrase { Phrase(en: "Only what is new to the device", ar: "الجديد على الجهاز فقط") }
  package static var ruleHasBefore: Phrase { Phrase(en: "Has everything before", ar: "لديه كل ما قبل") }
  package static var ruleGroup: Phrase { Phrase(en: "Group mailbox", ar: "صندوق مجموعة") }

  // MARK: Help
  package static var helpDevicePolicy: Phrase {
    Phrase(
      en: "Show or change what POP does for a device: what deleting means, how long mail stays.",
      ar: "عرض ما يفعله POP لجهاز أو تغييره: معنى الحذف ومدة بقاء البريد.")
  }
  package static var helpAccountPolicy: Phrase {
    Phrase(
      en: "Show or change what POP does for an account, where a device says nothing else.",
      ar: "عرض ما يفعله POP لحساب أو تغييره، حيث لا يقول الجهاز غير ذلك.")
  }
  package static var helpDeviceHistory: Phrase {
    Phrase(
      en: "Show what each device downloaded and removed by POP, and the space that freed.",
      ar: "عرض ما نزّله كل جهاز وما حذفه عبر POP والمساحة التي تحرّرت.")
  }
  package static var helpDeviceForget: Phrase {
    Phrase(
      en: "Forget what a device has downloaded: it gets everything again.",
      ar: "نسيان ما نزّله جهاز: يتسلّم كل شيء من جديد.")
  }
  package static var helpServerConfirmTime: Phrase {
    Phrase(
      en: "Say that the clock is right, after a jump has stopped removal by date.",
      ar: "تأكيد صحة الساعة بعد قفزة أوقفت الحذف بحسب التاريخ.")
  }
  package static var helpOptionDele: Phrase {
    Phrase(
      en: "What deleting by POP means: archive, trash (recoverable) or delete.",
      ar: "معنى الحذف عبر POP: archive أو trash (قابل للاسترجاع) أو delete.")
  }
  package static var helpOptionKeep: Phrase {
    Phrase(
      en: "How long mail stays: forever, after-download or after-arrival (with --days).",
      ar: "مدة بقاء البريد: forever أو after-download أو after-arrival (مع --days).")
  }
  package static var helpOptionDays: Phrase {
    Phrase(en: "Days for --keep.", ar: "عدد الأيام للخيار --keep.")
  }
  package static var helpOptionCounted: Phrase {
    Phrase(
      en: "Whose downloads count for --keep: all devices or this device.",
      ar: "تنزيل مَن يُحسب للخيار --keep: all لكل الأجهزة أو device لهذا الجهاز.")
  }
  package static var helpOptionSeen: Phrase {
    Phrase(en: "Whether downloading marks as read: yes or no.", ar: "هل يُعلِّم التنزيل مقروءًا: yes أو no.")
  }
  package static var helpOptionFolder: Phrase {
    Phrase(en: "The folder that POP shows.", ar: "المجلد الذي يعرضه POP.")
  }
  package static var helpOptionOnlyNew: Phrase {
    Phrase(
      en: "Show only what the device has not downloaded, to programs that ask for no unique ids: yes or no.",
      ar: "عرض ما لم ينزّله الجهاز فقط، للبرامج التي لا تطلب معرّفات: yes أو no.")
  }
  package static var helpOptionHasBefore: Phrase {
    Phrase(
      en: "The device already has everything before this date (YYYY-MM-DD, or none).",
      ar: "لدى الجهاز كل ما قبل هذا التاريخ (YYYY-MM-DD أو none).")
  }
  package static var helpOptionGroup: Phrase {
    Phrase(
      en: "Several people use the mailbox: what one deletes stays for the others: yes or no.",
      ar: "صندوق يستخدمه عدة أشخاص: ما يحذفه أحدهم يبقى للآخرين: yes أو no.")
  }
  package static var helpOptionOwnCopies: Phrase {
    Phrase(
      en: "Confirm that every device keeps its own copies.", ar: "تأكيد أن كل جهاز يحتفظ بنسخه.")
  }
  package static var helpOptionOneProgram: Phrase {
    Phrase(
      en: "Say that one program uses this password, after a notice of two.",
      ar: "تأكيد أن برنامجًا واحدًا يستخدم كلمة السر هذه بعد تنبيه بوجود اثنين.")
  }
  package static var helpOptionReset: Phrase {
    Phrase(en: "Take back everything that was said here.", ar: "إلغاء كل ما ذُكر هنا.")
  }
  package static var helpOptionAPOP: Phrase {
    Phrase(
      en: "Keep the password so that APOP works with it (old programs; pop3.apop).",
      ar: "حفظ كلمة السر بحيث يعمل بها APOP (للبرامج القديمة؛ pop3.apop).")
  }
}
