// Starting, running, stopping; the data folder; the control socket.
extension Phrase {
  package static var serverStarting: Phrase {
    Phrase(en: "Barid is starting.", ar: "يجري تشغيل بريد.")
  }
  package static var serverReady: Phrase {
    Phrase(en: "Barid is ready. Press Ctrl-C to stop it.", ar: "بريد جاهز. اضغط Ctrl-C لإيقافه.")
  }
  package static func serverStopping(seconds: Int) -> Phrase {
    Phrase(
      en: "Barid is finishing what is under way and stops within \(seconds) seconds.",
      ar: "يُتمّ بريد ما هو جارٍ ويتوقف خلال هذه الثواني: \(seconds).")
  }
  package static var serverStopAsked: Phrase {
    Phrase(
      en: "The server finishes what is under way and stops.", ar: "يُتمّ الخادم ما هو جارٍ ثم يتوقف.")
  }
  package static var serverStopped: Phrase {
    Phrase(en: "Barid has stopped. All mail is kept.", ar: "توقف بريد. البريد كله محفوظ.")
  }
  package static var serverReloaded: Phrase {
    Phrase(
      en: "Configuration and certificates were read again.",
      ar: "أُعيدت قراءة الإعدادات والشهادات.")
  }
  /// `options`: keys, separated by commas.
  package static func serverReloadedExcept(_ options: String) -> Phrase {
    Phrase(
      en: "Configuration and certificates were read again. These options change at the next start: \(options).",
      ar: "أُعيدت قراءة الإعدادات والشهادات. وهذه الخيارات لا تتغير إلا عند التشغيل التالي: \(options).")
  }
  package static func serverReloadFailed(_ reason: Phrase) -> Phrase {
    Phrase(
      en: "The new configuration was not taken; the old one stays in force. \(reason)",
      ar: "لم تُعتمد الإعدادات الجديدة، وتبقى القديمة سارية. \(reason)")
  }
  package static var serverNotRunning: Phrase {
    Phrase(en: "The server is not running.", ar: "الخادم لا يعمل.")
  }
  package static func serverRunning(pid: Int) -> Phrase {
    Phrase(en: "The server is running (process \(pid)).", ar: "الخادم يعمل (العملية \(pid)).")
  }
  package static func portInUse(_ port: Int) -> Phrase {
    Phrase(
      en: "Port \(port) is in use by another program. Stop that program or choose another port.",
      ar: "المنفذ \(port) يستخدمه برنامج آخر. أوقف ذلك البرنامج أو اختر منفذًا آخر.")
  }
  package static func portForbidden(_ port: Int) -> Phrase {
    Phrase(
      en:
        "Port \(port) may be opened only by an administrator. Start Barid with that right or choose a port above 1023.",
      ar: "لا يُسمح بفتح المنفذ \(port) إلا لمدير النظام. شغّل بريد بهذه الصلاحية أو اختر منفذًا فوق 1023.")
  }
  package static func hostUnknown(_ host: String) -> Phrase {
    Phrase(
      en: "\(host) is not an address of this computer.",
      ar: "\(host) ليس عنوانًا لهذا الحاسوب.")
  }
  package static func certificateUnreadable(_ path: String, _ reason: String) -> Phrase {
    Phrase(
      en: "The certificate or key \(path) cannot be used: \(reason).",
      ar: "يتعذر استخدام الشهادة أو المفتاح \(path): \(reason).")
  }

  package static func dataFolderMissing(_ path: String) -> Phrase {
    Phrase(
      en: "The data folder \(path) does not exist and cannot be made.",
      ar: "مجلد البيانات \(path) غير موجود ويتعذر إنشاؤه.")
  }
  package static func dataFolderAbsent(_ path: String) -> Phrase {
    Phrase(
      en: "There is no data folder at \(path). `barid serve` and `barid domain add` make one; --config names another.",
      ar:
        "لا يوجد مجلد بيانات في \(path). الأمران `barid serve` و`barid domain add` ينشئانه، والخيار --config يحدّد إعدادات أخرى."
    )
  }
  package static func dataFolderMade(_ path: String) -> Phrase {
    Phrase(en: "A new data folder was made at \(path).", ar: "أُنشئ مجلد بيانات جديد في \(path).")
  }
  package static func dataFolderNotWritable(_ path: String) -> Phrase {
    Phrase(
      en: "The data folder \(path) cannot be written. Give this user the right to it, or choose another folder.",
      ar: "تتعذر الكتابة في مجلد البيانات \(path). امنح هذا المستخدم حق الكتابة فيه أو اختر مجلدًا آخر.")
  }
  package static func dataFolderInUse(_ path: String) -> Phrase {
    Phrase(
      en: "The data folder \(path) belongs to a Barid that is already running.",
      ar: "مجلد البيانات \(path) يستخدمه بريد آخر يعمل الآن.")
  }
  package static func dataFolderDamaged(_ path: String, _ reason: String) -> Phrase {
    Phrase(
      en: "The data folder \(path) is damaged: \(reason). Nothing was changed.",
      ar: "مجلد البيانات \(path) متضرر: \(reason). لم يُغيَّر شيء.")
  }
  package static func dataFolderNewer(_ path: String) -> Phrase {
    Phrase(
      en: "The data folder \(path) was written by a newer Barid. Update this one.",
      ar: "كُتب مجلد البيانات \(path) بإصدار أحدث من بريد. حدّث هذا الإصدار.")
  }
  package static func fileMissing(_ path: String) -> Phrase {
    Phrase(en: "There is no file or folder \(path).", ar: "لا يوجد ملف أو مجلد باسم \(path).")
  }
  package static func fileForbidden(_ path: String) -> Phrase {
    Phrase(en: "This user has no right to \(path).", ar: "لا صلاحية لهذا المستخدم على \(path).")
  }
  package static func fileIsFolder(_ path: String) -> Phrase {
    Phrase(en: "\(path) is a folder, not a file.", ar: "\(path) مجلد وليس ملفًا.")
  }
  package static func fileTooLarge(_ path: String) -> Phrase {
    Phrase(en: "\(path) is larger than Barid reads.", ar: "\(path) أكبر مما يقرؤه بريد.")
  }
  package static func resolverFault(_ reason: String) -> Phrase {
    Phrase(en: "The DNS cannot be asked: \(reason).", ar: "يتعذر سؤال DNS: \(reason).")
  }
  package static func dnsWaiting(_ server: String) -> Phrase {
    Phrase(en: "Waiting for an answer of \(server) …", ar: "في انتظار الرد من \(server)…")
  }
  package static func portRefused(_ port: Int, _ reason: String) -> Phrase {
    Phrase(en: "Port \(port) cannot be opened: \(reason).", ar: "يتعذر فتح المنفذ \(port): \(reason).")
  }
  package static var diskFull: Phrase {
    Phrase(en: "The disk is full. Nothing was changed.", ar: "القرص ممتلئ. لم يُغيَّر شيء.")
  }
  package static func dataFault(_ reason: String) -> Phrase {
    Phrase(
      en: "The data folder could not be read or written: \(reason).",
      ar: "تعذرت القراءة من مجلد البيانات أو الكتابة فيه: \(reason).")
  }

  package static func controlUnknownVerb(_ verb: String) -> Phrase {
    Phrase(
      en: "The running server does not know the command \"\(verb)\". Is it an older version?",
      ar: "لا يعرف الخادم العامل الأمر \"\(verb)\". هل إصداره أقدم؟")
  }
  package static func controlVersion(theirs: Int, ours: Int) -> Phrase {
    Phrase(
      en: "This command speaks version \(theirs), the running server version \(ours). Use the same Barid for both.",
      ar: "يتحدث هذا الأمر بالإصدار \(theirs) والخادم العامل بالإصدار \(ours). استخدم إصدار بريد نفسه للاثنين.")
  }
  package static var controlBadRequest: Phrase {
    Phrase(en: "The request could not be understood.", ar: "تعذر فهم الطلب.")
  }
  package static func controlArgumentMissing(_ name: String) -> Phrase {
    Phrase(en: "The value \"\(name)\" is missing.", ar: "القيمة \"\(name)\" ناقصة.")
  }
  /// `option` as it is typed; `remedy`: what would do.
  package static func controlArgumentInvalid(_ option: String, _ value: String, _ remedy: Phrase) -> Phrase {
    Phrase(
      en: "\"\(value)\" is not valid for \(option). \(remedy)",
      ar: "القيمة \"\(value)\" لا تصلح للخيار \(option). \(remedy)")
  }
  package static var controlTooLong: Phrase {
    Phrase(en: "The request is too long.", ar: "الطلب أطول من المسموح.")
  }
  package static var controlForbidden: Phrase {
    Phrase(
      en: "Only the user that runs the server, or root, may command it.",
      ar: "لا يأمر الخادمَ إلا المستخدمُ الذي يشغّله أو المستخدم root.")
  }
  package static var controlNeedsServer: Phrase {
    Phrase(
      en: "This command needs a running server.",
      ar: "يحتاج هذا الأمر إلى خادم عامل.")
  }
  package static func controlCannotListen(_ reason: String) -> Phrase {
    Phrase(
      en: "The socket for commands could not be made: \(reason).",
      ar: "تعذر إنشاء مقبس الأوامر: \(reason).")
  }
  package static func controlLost(_ reason: String) -> Phrase {
    Phrase(
      en: "The connection to the running server was lost: \(reason).",
      ar: "انقطع الاتصال بالخادم العامل: \(reason).")
  }
}
