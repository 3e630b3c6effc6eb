// What is wrong with a value, a file or a pair of options, beyond what Phrase+Config says.
extension Phrase {
  package static func configNotYAML(_ path: String, _ reason: String) -> Phrase {
    Phrase(
      en: "The configuration file \(path) is not YAML that Barid can read (\(reason)). Correct it there.",
      ar: "ملف الإعدادات \(path) ليس بصيغة YAML التي يقرؤها بريد (\(reason)). صحّحه هناك.")
  }
  package static func configSection(key: String, inside: String) -> Phrase {
    Phrase(
      en: "\(key) is a section. Write its settings indented beneath it, such as \(inside).",
      ar: "\(key) قسم لا إعداد. اكتب إعداداته تحته بمسافة بادئة، مثل \(inside).")
  }
  package static func configKeysUnpaired(certificates: Int, keys: Int) -> Phrase {
    Phrase(
      en:
        "tls.keys has \(keys) entries, tls.certificates has \(certificates). Give each certificate its key, in order.",
      ar: "في tls.keys عدد \(keys) وفي tls.certificates عدد \(certificates). أعطِ كل شهادة مفتاحها بالترتيب نفسه.")
  }
  package static func configPortTwice(key: String, port: Int, other: String) -> Phrase {
    Phrase(
      en: "\(key): port \(port) belongs to \(other) already. Choose another.",
      ar: "\(key): المنفذ \(port) يخص \(other) من قبل. اختر منفذًا آخر.")
  }
  package static var configNoListener: Phrase {
    Phrase(
      en: "No listener is enabled. Enable at least one and give it a host.",
      ar: "لا منفذ مفتوحًا للخدمة. فعّل واحدًا على الأقل وأعطه عنوانًا.")
  }
  package static func configLMTPReach(_ host: String) -> Phrase {
    Phrase(
      en: "listeners.lmtp.hosts: other machines can reach \(host). Give 127.0.0.1, ::1 or a socket.",
      ar: "listeners.lmtp.hosts: تصل إلى \(host) أجهزة أخرى. اكتب 127.0.0.1 أو ::1 أو مقبس Unix.")
  }
  package static func remedySize(from lowest: String, to highest: String) -> Phrase {
    Phrase(en: "Give a size from \(lowest) to \(highest).", ar: "اكتب حجمًا من \(lowest) إلى \(highest).")
  }
  package static var remedyOneValue: Phrase {
    Phrase(en: "Give one value, not a list.", ar: "اكتب قيمة واحدة لا قائمة.")
  }
  package static var remedyPath: Phrase {
    Phrase(en: "Give a path.", ar: "اكتب مسارًا.")
  }
  package static var remedyDNSList: Phrase {
    Phrase(
      en:
        "Give a zone, such as zen.spamhaus.org, or a zone with the answers that count: list.example=127.0.0.2-127.0.0.9.",
      ar:
        "اكتب منطقة مثل zen.spamhaus.org، أو منطقة مع الإجابات المعتبرة: list.example=127.0.0.2-127.0.0.9."
    )
  }
  package static var remedyAddress: Phrase {
    Phrase(
      en: "Give a numeric address, such as 127.0.0.1 or ::1.",
      ar: "اكتب عنوانًا رقميًا، مثل 127.0.0.1 أو ::1.")
  }
}

// Help that commands of their own need.
extension Phrase {
  package static var helpVersion: Phrase {
    Phrase(en: "Say which Barid this is.", ar: "بيان إصدار بريد هذا.")
  }
}

// The heads of lists.
extension Phrase {
  package static var columnDomain: Phrase { Phrase(en: "Domain", ar: "النطاق") }
  package static var columnAliasOf: Phrase { Phrase(en: "Stands for", ar: "ينوب عن") }
  package static var columnAccounts: Phrase { Phrase(en: "Accounts", ar: "الحسابات") }
  package static var columnUsed: Phrase { Phrase(en: "Used", ar: "المستعمل") }
  package static var columnQuota: Phrase { Phrase(en: "Quota", ar: "الحصة") }
  package static var columnMostMessages: Phrase { Phrase(en: "Most messages", ar: "أقصى الرسائل") }
  package static var columnAddress: Phrase { Phrase(en: "Address", ar: "العنوان") }
  package static var columnDevices: Phrase { Phrase(en: "Devices", ar: "الأجهزة") }
  package static var columnCreated: Phrase { Phrase(en: "Since", ar: "منذ") }
  package static var columnDate: Phrase { Phrase(en: "Date", ar: "التاريخ") }
  package static var columnMessages: Phrase { Phrase(en: "Messages", ar: "الرسائل") }
  package static var columnPassed: Phrase { Phrase(en: "Passed", ar: "الناجحة") }
  package static var columnReportTo: Phrase { Phrase(en: "Report to", ar: "يُرسل إلى") }
  package static var columnSource: Phrase { Phrase(en: "Source", ar: "المصدر") }
  package static var columnAuthor: Phrase { Phrase(en: "From", ar: "المرسل") }
  package static var columnSPF: Phrase { Phrase(en: "SPF result", ar: "نتيجة SPF") }
  package static var columnDKIM: Phrase { Phrase(en: "DKIM result", ar: "نتيجة DKIM") }
  package static var columnDone: Phrase { Phrase(en: "Done", ar: "الإجراء") }
  package static var columnWhy: Phrase { Phrase(en: "Why", ar: "السبب") }
  package static var columnTargets: Phrase { Phrase(en: "Leads to", ar: "يؤدي إلى") }
  package static var columnDevice: Phrase { Phrase(en: "Device", ar: "الجهاز") }
  package static var columnScope: Phrase { Phrase(en: "May use", ar: "المسموح") }
  package static var columnLastUse: Phrase { Phrase(en: "Last used", ar: "آخر استخدام") }
  package static var columnExpires: Phrase { Phrase(en: "Ends", ar: "ينتهي") }
}

// What the result words of these checks mean: pass, fail, none, temperror, …
extension Phrase {
  /// nil: a word that this catalogue does not know.
  package static func inspectionResult(_ word: String) -> Phrase? {
    switch word {
    case "pass": Phrase(en: "The check passed.", ar: "نجح الفحص.")
    case "fail": Phrase(en: "The check failed.", ar: "فشل الفحص.")
    case "softfail":
      Phrase(
        en: "The domain says that this is probably not its server.", ar: "يقول النطاق إن هذا الخادم ليس له على الأرجح.")
    case "neutral": Phrase(en: "The domain says neither yes nor no.", ar: "لا يقول النطاق نعم ولا لا.")
    case "none": Phrase(en: "There is nothing to check.", ar: "لا يوجد ما يُفحص.")
    case "policy": Phrase(en: "More was there than is checked.", ar: "في الرسالة أكثر مما يُفحص.")
    case "temperror":
      Phrase(en: "The DNS did not answer; it may later.", ar: "لم يُجب DNS، وقد يجيب لاحقًا.")
    case "permerror":
      Phrase(en: "What stands there cannot be evaluated.", ar: "المكتوب غير صالح فيتعذر تقييمه.")
    default: nil
    }
  }
}

// Why a message was not signed.
extension Phrase {
  package static func signingKeyUnusable(_ path: String) -> Phrase {
    Phrase(
      en: "\(path) holds no private key for DKIM: RSA of 1024 to 4096 bits or Ed25519, as PEM.",
      ar: "لا يوجد في \(path) مفتاح خاص يصلح لـDKIM: مفتاح RSA من 1024 إلى 4096 بتًا أو Ed25519 بصيغة PEM.")
  }
  package static var signingNoFrom: Phrase {
    Phrase(
      en: "The message has no From field, or its header is too long: it cannot be signed.",
      ar: "لا يوجد في الرسالة حقل From أو أن ترويستها أطول من المسموح، فيتعذر توقيعها.")
  }
  package static func signingBadName(_ domain: String, _ selector: String) -> Phrase {
    Phrase(
      en: "\"\(domain)\" and \"\(selector)\" must be names as the DNS has them.",
      ar: "يجب أن يكون \"\(domain)\" و\"\(selector)\" اسمين صالحين في DNS.")
  }
  package static var signingFailed: Phrase {
    Phrase(en: "The key could not sign the message.", ar: "تعذر توقيع الرسالة بهذا المفتاح.")
  }
}

// Help of the one-shot checks of where a message came from.
extension Phrase {
  package static var helpSPF: Phrase {
    Phrase(
      en: "Say whether a server may send for a domain (SPF).",
      ar: "بيان هل يُسمح لخادم بالإرسال باسم نطاق (SPF).")
  }
  package static var helpDKIM: Phrase {
    Phrase(en: "Signatures of messages (DKIM).", ar: "تواقيع الرسائل (DKIM).")
  }
  package static var helpDKIMVerify: Phrase {
    Phrase(en: "Check every signature of a message.", ar: "فحص كل توقيع في رسالة.")
  }
  package static var helpDKIMSign: Phrase {
    Phrase(en: "Sign a message and print it.", ar: "توقيع رسالة وطباعتها.")
  }
  package static var helpARC: Phrase {
    Phrase(en: "Chains of forwarders' signatures (ARC).", ar: "سلاسل تواقيع المحوِّلين (ARC).")
  }
  package static var helpARCVerify: Phrase {
    Phrase(en: "Check the chain of a message.", ar: "فحص سلسلة رسالة.")
  }
  package static var helpDMARC: Phrase {
    Phrase(en: "What a domain asks for its mail (DMARC).", ar: "ما يطلبه نطاق بشأن بريده (DMARC).")
  }
  package static var helpDMARCCheck: Phrase {
    Phrase(
      en: "Evaluate a domain's policy for given SPF and DKIM results.",
      ar: "تقييم سياسة نطاق لنتائج SPF وDKIM معطاة.")
  }
  package static var helpOptionDNS: Phrase {
    Phrase(
      en: "The DNS server to ask. Without it, the one of this computer.",
      ar: "خادم DNS المطلوب سؤاله. وبدونه خادم هذا الحاسوب.")
  }
  package static var helpOptionIP: Phrase {
    Phrase(en: "The address of the sending server.", ar: "عنوان الخادم المُرسل.")
  }
  package static var helpOptionHelo: Phrase {
    Phrase(en: "The name it gave in HELO or EHLO.", ar: "الاسم الذي ذكره في HELO أو EHLO.")
  }
  package static var helpOptionMailFrom: Phrase {
    Phrase(
      en: "The address in MAIL FROM. Without it, the name in HELO is checked.",
      ar: "العنوان في MAIL FROM. وبدونه يُفحص الاسم في HELO.")
  }
  package static var helpOptionKey: Phrase {
    Phrase(en: "The private key, a PEM file.", ar: "المفتاح الخاص، ملف PEM.")
  }
  package static var helpOptionSelector: Phrase {
    Phrase(en: "The selector under which the key is published.", ar: "المحدِّد الذي نُشر المفتاح تحته.")
  }
  package static var helpOptionFrom: Phrase {
    Phrase(en: "The domain in the From field.", ar: "النطاق في حقل From.")
  }
  package static var helpOptionSPFResult: Phrase {
    Phrase(
      en: "What SPF said, such as pass:example.org.",
      ar: "ما قاله SPF، مثل pass:example.org.")
  }
  package static var helpOptionDKIMResult: Phrase {
    Phrase(
      en: "What DKIM said, such as pass:example.org. May be given several times.",
      ar: "ما قاله DKIM، مثل pass:example.org. يجوز تكراره.")
  }
  package static var helpArgumentMessage: Phrase {
    Phrase(en: "The message, a file; - for standard input.", ar: "الرسالة، ملف؛ أو - للدخل القياسي.")
  }
}
