// Mistakes in the configuration: each names the key, the value and the remedy.
extension Phrase {
  package static func configFileMissing(_ path: String) -> Phrase {
    Phrase(
      en: "There is no configuration file at \(path). Give its place with --config.",
      ar: "لا يوجد ملف إعدادات في \(path). حدّد مكانه بالخيار --config.")
  }
  package static func configFileUnreadable(_ path: String, _ reason: String) -> Phrase {
    Phrase(
      en: "The configuration file \(path) cannot be read: \(reason).",
      ar: "تتعذر قراءة ملف الإعدادات \(path): \(reason).")
  }
  package static func configMistake(key: String, value: String, remedy: String) -> Phrase {
    Phrase(
      en: "\(key): \"\(value)\" is not valid. \(remedy)",
      ar: "\(key): القيمة \"\(value)\" غير صالحة. \(remedy)")
  }
  package static func configKeyMissing(key: String, remedy: String) -> Phrase {
    Phrase(en: "\(key) is missing. \(remedy)", ar: "\(key): إعداد ناقص. \(remedy)")
  }
  package static func configKeyUnknown(key: String) -> Phrase {
    Phrase(
      en: "\(key) is not a setting. `barid config describe` lists them all.",
      ar: "\(key): إعداد غير معروف. يسرد الأمر `barid config describe` الإعدادات كلها.")
  }
  package static func configKeySimilar(key: String, similar: String) -> Phrase {
    Phrase(
      en: "\(key) is not a setting. Did you mean \(similar)?",
      ar: "\(key): إعداد غير معروف. هل تقصد \(similar)؟")
  }
  package static func configMistakes(_ count: Int) -> Phrase {
    Phrase(en: "Mistakes in the configuration: \(count).", ar: "عدد الأخطاء في الإعدادات: \(count).")
  }
  package static var configNothingStarted: Phrase {
    Phrase(en: "Nothing was started.", ar: "لم يُشغَّل شيء.")
  }
  /// Mistakes as both languages say them.
  package static func configMistakesFound(english: String, arabic: String) -> Phrase {
    Phrase(en: english, ar: ArabicText(stringLiteral: arabic))
  }
  package static var configGood: Phrase {
    Phrase(en: "The configuration is good.", ar: "الإعدادات سليمة.")
  }
  package static func remedyNumber(from lowest: Int, to highest: Int) -> Phrase {
    Phrase(
      en: "Give a whole number from \(lowest) to \(highest).",
      ar: "اكتب عددًا صحيحًا من \(lowest) إلى \(highest).")
  }
  package static func remedyNumber(from lowest: Int, to highest: Int, or word: String) -> Phrase {
    Phrase(
      en: "Give a whole number from \(lowest) to \(highest), or \(word).",
      ar: "اكتب عددًا صحيحًا من \(lowest) إلى \(highest)، أو \(word).")
  }
  package static func remedyOneOf(_ choices: String) -> Phrase {
    Phrase(en: "Give one of: \(choices).", ar: "اكتب واحدًا من: \(choices).")
  }
  package static var remedyYesNo: Phrase {
    Phrase(en: "Give true or false.", ar: "اكتب true أو false.")
  }
  package static var remedyCount: Phrase {
    Phrase(en: "Give a whole number, or none.", ar: "اكتب عددًا صحيحًا، أو none.")
  }
  package static var remedyDate: Phrase {
    Phrase(en: "Give a date such as 2026-11-21.", ar: "اكتب تاريخًا مثل 2026-11-21.")
  }
  package static var remedyDateOrNone: Phrase {
    Phrase(
      en: "Give a day that has come, such as 2026-11-21, or none.", ar: "اكتب يومًا قد حلّ، مثل 2026-11-21، أو none.")
  }
  package static var remedyUIDs: Phrase {
    Phrase(en: "Give UIDs such as 4 or 7:12.", ar: "اكتب أرقام UID مثل 4 أو 7:12.")
  }
  package static var remedyDNSServer: Phrase {
    Phrase(
      en: "Give a numeric address, with a port where it is not 53: 192.0.2.1:5353.",
      ar: "اكتب عنوانًا رقميًا، ومعه المنفذ إن لم يكن 53: 192.0.2.1:5353.")
  }
  package static var remedyResultDomain: Phrase {
    Phrase(
      en: "Give the result and its domain, such as pass:example.org.",
      ar: "اكتب النتيجة ومعها النطاق، مثل pass:example.org.")
  }
  package static var remedyHostName: Phrase {
    Phrase(
      en: "Give the full name of this host, such as mail.example.org.",
      ar: "اكتب اسم هذا المضيف كاملًا، مثل mail.example.org.")
  }
  package static var remedyFile: Phrase {
    Phrase(
      en: "Give the path of a file that exists and that Barid may read.",
      ar: "اكتب مسار ملف موجود يُسمح لبريد بقراءته.")
  }
  package static var remedyListener: Phrase {
    Phrase(
      en: "Give host:port, such as 0.0.0.0:25 or [::]:25.",
      ar: "اكتب المضيف والمنفذ هكذا: 0.0.0.0:25 أو [::]:25.")
  }
  package static var remedyNetwork: Phrase {
    Phrase(
      en: "Give an address or a network, such as 10.0.0.0/8.",
      ar: "اكتب عنوانًا أو شبكة، مثل 10.0.0.0/8.")
  }
}
