// What each option of the configuration is for, and what may be written there.
extension Phrase {
  // MARK: Purposes
  package static var purposeHostname: Phrase {
    Phrase(
      en: "The name this server gives itself in greetings and trace headers; empty: the machine's own.",
      ar: "الاسم الذي يعرّف به الخادم نفسه في التحيات وحقول التتبع؛ إن تُرك فارغًا فاسم الجهاز.")
  }
  package static var purposeDataFolder: Phrase {
    Phrase(
      en: "The folder that holds all mail and accounts; one server at a time. A change needs a restart.",
      ar: "المجلد الذي يحفظ البريد والحسابات كلها؛ لخادم واحد في الوقت نفسه. تغييره يحتاج إلى إعادة تشغيل.")
  }
  package static var purposeLanguage: Phrase {
    Phrase(
      en: "The language of answers to commands, where neither --language nor the locale says one.",
      ar: "لغة الردود على الأوامر حيث لا يحددها الخيار --language ولا إعدادات النظام.")
  }
  package static var purposeLogLevel: Phrase {
    Phrase(en: "The least serious event that is logged.", ar: "أدنى درجة من الأحداث تُكتب في السجل.")
  }
  package static var purposeLogFormat: Phrase {
    Phrase(
      en: "Lines for people (text) or one JSON object a line (json).",
      ar: "سطور للقراءة (text) أو كائن JSON في كل سطر (json).")
  }
  package static var purposeLogFile: Phrase {
    Phrase(
      en: "Where log lines go; empty: standard error.",
      ar: "الملف الذي يُكتب فيه السجل؛ إن تُرك فارغًا فمخرج الأخطاء القياسي.")
  }
  package static var purposeCertificates: Phrase {
    Phrase(
      en:
        "PEM files with a certificate chain each, leaf first; empty: a certificate of the data folder's own authority.",
      ar: "ملفات PEM في كل منها سلسلة شهادات تبدأ بشهادة الخادم؛ إن تُركت فارغة فشهادة من سلطة التوثيق في مجلد البيانات."
    )
  }
  package static var purposeKeys: Phrase {
    Phrase(
      en: "PEM files with the private keys, in the order of tls.certificates.",
      ar: "ملفات PEM للمفاتيح الخاصة بترتيب tls.certificates نفسه.")
  }
  package static var purposeTLSMinimum: Phrase {
    Phrase(en: "The oldest version of TLS that is spoken.", ar: "أقدم إصدار مقبول من TLS.")
  }
  package static var purposeLiteralPlus: Phrase {
    Phrase(
      en:
        "Whether IMAP clients may send texts of any size without asking (LITERAL+); otherwise up to 4 KiB (LITERAL-).",
      ar: "هل يجوز لبرامج IMAP إرسال نصوص بأي حجم دون استئذان (LITERAL+)؛ وإلا فحتى 4 KiB (LITERAL-).")
  }
  package static var purposeExclusive: Phrase {
    Phrase(
      en: "Whether one POP3 session at a time has a maildrop (RFC 1939); otherwise each sees it as it was at log-in.",
      ar: "هل تنفرد جلسة POP3 واحدة بصندوق البريد (RFC 1939)؛ وإلا رأته كل جلسة كما كان عند دخولها.")
  }
  package static var purposeLogInDelay: Phrase {
    Phrase(
      en: "Seconds that must pass between two POP3 log-ins to one account; 0: none.",
      ar: "الثواني التي يجب أن تمضي بين دخولين عبر POP3 إلى حساب واحد؛ 0: بلا انتظار.")
  }
  package static var purposeAPOP: Phrase {
    Phrase(
      en: "Whether devices added with --apop may log in by APOP, also without TLS: their mail then travels readable.",
      ar: "هل يجوز للأجهزة المضافة بالخيار --apop الدخول عبر APOP ولو بلا TLS: ينتقل بريدها عندئذ مقروءًا.")
  }
  package static var purposeZeroDays: Phrase {
    Phrase(
      en: "Whether a POP3 policy may remove mail at the end of the session that took it (EXPIRE 0).",
      ar: "هل يجوز لسياسة POP3 حذف البريد في نهاية الجلسة التي نزّلته (EXPIRE 0).")
  }
  package static var purposeRoundMinutes: Phrase {
    Phrase(
      en: "Minutes between two looks for mail that POP3 policies let go.",
      ar: "الدقائق بين كل بحثين عن بريد تسمح سياسات POP3 بحذفه.")
  }
  package static var purposeScram: Phrase {
    Phrase(
      en:
        "Whether SCRAM-SHA-256 is offered. Only devices' passwords work with it, and mail programs that know it try nothing else.",
      ar: "هل يُعرض SCRAM-SHA-256. لا تصلح له إلا كلمات سر الأجهزة، والبرامج التي تعرفه لا تجرّب سواه.")
  }
  package static var purposeConnections: Phrase {
    Phrase(
      en: "Connections at one time, of all protocols.",
      ar: "أكبر عدد من الاتصالات في الوقت نفسه، بكل البروتوكولات.")
  }
  package static var purposePerAddress: Phrase {
    Phrase(en: "Connections at one time from one address.", ar: "أكبر عدد من الاتصالات في الوقت نفسه من عنوان واحد.")
  }
  package static var purposePerNetwork: Phrase {
    Phrase(
      en: "Connections at one time from one network (IPv4 /24, IPv6 /64).",
      ar: "أكبر عدد من الاتصالات في الوقت نفسه من شبكة واحدة (IPv4 /24, IPv6 /64).")
  }
  package static var purposeMessageSize: Phrase {
    Phrase(en: "The largest message that is taken.", ar: "أكبر رسالة تُقبل.")
  }
  package static var purposeMailboxes: Phrase {
    Phrase(
      en: "Mailboxes that one account may have; more cannot be created over IMAP.",
      ar: "أكبر عدد من صناديق البريد في الحساب الواحد؛ لا يُنشأ أكثر منها عبر IMAP.")
  }
  package static var purposeDrainSeconds: Phrase {
    Phrase(
      en: "How long a stop waits for commands under way.",
      ar: "الثواني التي ينتظرها الإيقاف حتى تتم الأوامر الجارية.")
  }
  package static var purposeThreads: Phrase {
    Phrase(
      en: "Event loops; 0: one per core. A change needs a restart.",
      ar: "عدد حلقات الأحداث؛ 0: حلقة لكل نواة. تغييره يحتاج إلى إعادة تشغيل.")
  }
  package static var purposeRecoverableDays: Phrase {
    Phrase(
      en: "How many days removed mail and removed accounts can come back, and QRESYNC tells exactly what went.",
      ar: "عدد الأيام التي يمكن فيها استعادة البريد المحذوف والحسابات المحذوفة، ويعرف فيها QRESYNC ما حُذف بالضبط.")
  }
  package static var purposeResolver: Phrase {
    Phrase(
      en: "The DNS server to ask; empty: the first of /etc/resolv.conf.",
      ar: "خادم DNS المطلوب سؤاله؛ إن تُرك فارغًا فأول خادم في /etc/resolv.conf.")
  }
  package static var purposeResolverPort: Phrase { Phrase(en: "The DNS server's port.", ar: "منفذ خادم DNS.") }
  package static var purposeChecks: Phrase {
    Phrase(
      en: "Whether mail from strangers is checked through the DNS at all.",
      ar: "هل يُفحص بريد الغرباء عبر DNS أصلًا.")
  }
  package static var purposeReverseDNS: Phrase {
    Phrase(
      en: "Whether the name of a client's address is looked up (evidence only).",
      ar: "هل يُسأل عن اسم عنوان المُرسل (دليل فقط).")
  }
  package static var purposeSPF: Phrase { Phrase(en: "Whether SPF is checked.", ar: "هل يُفحص SPF.") }
  package static var purposeSPFFail: Phrase {
    Phrase(
      en: "What SPF \"fail\" leads to where no DMARC policy speaks and no signature is good.",
      ar: "ما تؤدي إليه نتيجة SPF \"fail\" حيث لا سياسة DMARC ولا توقيع صحيحًا.")
  }
  package static var purposeDKIM: Phrase {
    Phrase(en: "Whether DKIM and ARC signatures are checked.", ar: "هل تُفحص تواقيع DKIM وARC.")
  }
  package static var purposeDMARC: Phrase { Phrase(en: "Whether DMARC is checked.", ar: "هل يُفحص DMARC.") }
  package static var purposeDMARCPolicy: Phrase {
    Phrase(
      en:
        "How far a domain's DMARC policy is followed: honour (reject is refused, quarantine goes to Junk), junk (both go to Junk), note.",
      ar:
        "مدى اتباع سياسة DMARC للنطاق: honour (تُرفض reject وتُنقل quarantine إلى Junk) أو junk (كلتاهما إلى Junk) أو note (تُسجَّل فقط)."
    )
  }
  package static var purposeDMARCReports: Phrase {
    Phrase(
      en: "Whether findings are collected for the reports that domains ask for.",
      ar: "هل تُجمع النتائج للتقارير التي تطلبها النطاقات.")
  }
  package static var purposeSuffixes: Phrase {
    Phrase(
      en: "A public suffix list for DMARC as in RFC 7489; empty: the tree walk of its successor.",
      ar: "قائمة اللواحق العامة لفحص DMARC كما في RFC 7489؛ إن تُركت فارغة فطريقة المعيار الذي خلفه.")
  }
  package static var purposeSealers: Phrase {
    Phrase(
      en: "Forwarders whose ARC seals are believed, so that their mail survives a DMARC failure.",
      ar: "المحوِّلون الذين تُصدَّق أختام ARC منهم، فلا يُرد بريدهم إذا فشل DMARC.")
  }
  package static var purposeBlocklists: Phrase {
    Phrase(
      en: "DNS blocklists to ask about clients, each as ZONE or ZONE=ANSWERS.",
      ar: "قوائم الحظر في DNS التي تُسأل عن المُرسلين، كل منها ZONE أو ZONE=ANSWERS.")
  }
  package static var purposeBlocklistAction: Phrase {
    Phrase(
      en: "What a listing leads to; postmaster and abuse are reached all the same.",
      ar: "ما يؤدي إليه الورود في قائمة حظر؛ ويبقى postmaster وabuse متاحين.")
  }
  package static var purposeAllowlists: Phrase {
    Phrase(
      en: "DNS allowlists: their clients meet neither blocklists nor greylisting.",
      ar: "قوائم السماح في DNS: لا يمر من فيها بقوائم الحظر ولا بالقائمة الرمادية.")
  }
  package static var purposeGreylisting: Phrase {
    Phrase(
      en: "Whether unknown senders are asked to come again later.",
      ar: "هل يُطلب من المُرسلين المجهولين أن يعيدوا المحاولة لاحقًا.")
  }
  package static var purposeGreylistSeconds: Phrase {
    Phrase(en: "How long an unknown sender must wait.", ar: "الثواني التي ينتظرها المُرسل المجهول.")
  }
  package static var purposeTarpit: Phrase {
    Phrase(
      en: "How long unknown senders wait for the answer to each recipient; 0: not at all.",
      ar: "الثواني التي ينتظر فيها المُرسل المجهول الرد على كل مستلم؛ 0: بلا انتظار.")
  }
  package static var purposeCheckSeconds: Phrase {
    Phrase(
      en: "How long all questions about one message may take; it is taken in even if they are not answered.",
      ar: "أقصى ثوانٍ تستغرقها كل الأسئلة عن رسالة واحدة؛ وتُقبل الرسالة ولو لم تأتِ الإجابات.")
  }
  package static var purposeSigning: Phrase {
    Phrase(
      en: "Whether mail of our own users is signed with their domain's keys.",
      ar: "هل يُوقَّع بريد مستخدمي هذا الخادم بمفاتيح نطاقهم.")
  }
  package static var purposeErrors: Phrase {
    Phrase(en: "Errors of a client before its SMTP session is ended.", ar: "عدد أخطاء البرنامج قبل إنهاء جلسة SMTP.")
  }
  package static var purposeRecipients: Phrase {
    Phrase(en: "Recipients of one message.", ar: "أكبر عدد من المستلمين لرسالة واحدة.")
  }
  package static var purposeLocalPart: Phrase {
    Phrase(
      en:
        "The longest part before the @ that senders and recipients may have; list and forwarding servers make long ones.",
      ar: "أطول جزء قبل @ في عناوين المُرسلين والمستلمين؛ خوادم القوائم والتحويل تجعله طويلًا.")
  }
  package static var purposeBareLineEnds: Phrase {
    Phrase(
      en: "Whether a message with a CR or LF of its own is refused; otherwise it is mended.",
      ar: "هل تُرفض رسالة فيها CR أو LF منفرد؛ وإلا أُصلحت.")
  }
  package static var purposeRecipientsADay: Phrase {
    Phrase(
      en:
        "Recipients that an account may write to in a day (UTC); 0: no limit. `barid account set` gives an account its own.",
      ar:
        "عدد المستلمين الذين يجوز للحساب مراسلتهم في اليوم (UTC)؛ 0: بلا حد. الأمر `barid account set` يعطي حسابًا حدًا خاصًا."
    )
  }
  package static var purposeNewRecipientsADay: Phrase {
    Phrase(
      en: "Recipients in a day that the account never wrote to before; 0: no limit.",
      ar: "عدد المستلمين في اليوم ممن لم يراسلهم الحساب من قبل؛ 0: بلا حد.")
  }
  package static var purposePriority: Phrase {
    Phrase(
      en: "The highest MT-PRIORITY that messages of this server's users may have.",
      ar: "أعلى قيمة MT-PRIORITY لرسائل مستخدمي هذا الخادم.")
  }
  package static var purposeHideAddress: Phrase {
    Phrase(
      en: "Whether the address that a message is submitted from stays out of its Received field.",
      ar: "هل يُحذف من حقل Received العنوان الذي أُرسلت منه الرسالة.")
  }
  package static var purposeLMTPSocket: Phrase {
    Phrase(
      en: "The Unix socket of LMTP; when it is set, LMTP listens there and on no address.",
      ar: "مقبس Unix لخدمة LMTP؛ إذا ذُكر استمعت الخدمة عليه وحده دون العناوين.")
  }
  package static func purposeListener(_ title: Phrase) -> Phrase {
    Phrase(en: "Whether \(title) is served.", ar: "هل تُقدَّم \(title).")
  }
  package static func purposeHosts(_ title: Phrase) -> Phrase {
    Phrase(en: "The addresses that \(title) listens on.", ar: "العناوين التي تستمع عليها \(title).")
  }
  package static func purposePort(_ title: Phrase) -> Phrase {
    Phrase(en: "The port of \(title).", ar: "منفذ \(title).")
  }
  package static func purposeProxyFrom(_ title: Phrase) -> Phrase {
    Phrase(
      en: "The proxies whose connections to \(title) begin with a PROXY header.",
      ar: "الوكلاء الذين تبدأ اتصالاتهم مع \(title) بترويسة PROXY.")
  }

  // MARK: Services
  package static var titleSMTP: Phrase {
    Phrase(en: "SMTP (mail from other servers)", ar: "خدمة SMTP (بريد الخوادم الأخرى)")
  }
  package static var titleSubmission: Phrase { Phrase(en: "submission (STARTTLS)", ar: "خدمة الإرسال (STARTTLS)") }
  package static var titleSubmissions: Phrase { Phrase(en: "submission over TLS", ar: "خدمة الإرسال عبر TLS") }
  package static var titleIMAP: Phrase { Phrase(en: "IMAP (STARTTLS)", ar: "خدمة IMAP (STARTTLS)") }
  package static var titleIMAPS: Phrase { Phrase(en: "IMAP over TLS", ar: "خدمة IMAP عبر TLS") }
  package static var titlePOP3: Phrase { Phrase(en: "POP3 (STLS)", ar: "خدمة POP3 (STLS)") }
  package static var titlePOP3S: Phrase { Phrase(en: "POP3 over TLS", ar: "خدمة POP3 عبر TLS") }
  package static var titleLMTP: Phrase {
    Phrase(en: "LMTP (mail from another mail server on this machine)", ar: "خدمة LMTP (بريد خادم آخر على هذا الجهاز)")
  }

  // MARK: Forms
  package static var formHostName: Phrase { Phrase(en: "a host name", ar: "اسم مضيف") }
  package static var formPath: Phrase { Phrase(en: "a path", ar: "مسار") }
  package static var formAddress: Phrase { Phrase(en: "an address", ar: "عنوان") }
  package static var formPaths: Phrase { Phrase(en: "paths", ar: "مسارات") }
  package static var formAddresses: Phrase { Phrase(en: "addresses", ar: "عناوين") }
  package static var formNetworks: Phrase { Phrase(en: "addresses or networks", ar: "عناوين أو شبكات") }
  package static var formDomains: Phrase { Phrase(en: "domains", ar: "نطاقات") }
  package static var formZones: Phrase { Phrase(en: "zones", ar: "مناطق") }
  package static func formNumber(from lowest: Int, to highest: Int) -> Phrase {
    Phrase(en: "a number from \(lowest) to \(highest)", ar: "عدد من \(lowest) إلى \(highest)")
  }
  package static func formSize(from lowest: String, to highest: String) -> Phrase {
    Phrase(en: "a size from \(lowest) to \(highest)", ar: "حجم من \(lowest) إلى \(highest)")
  }
  package static func formEither(_ first: String, or second: String) -> Phrase {
    Phrase(en: "\(first) or \(second)", ar: "إما \(first) أو \(second)")
  }
  package static func formOneOf(_ choices: String) -> Phrase {
    Phrase(en: "one of \(choices)", ar: "واحد من \(choices)")
  }
  package static func formList(of items: Phrase) -> Phrase { Phrase(en: "a list of \(items)", ar: "قائمة \(items)") }

  // MARK: The file that `barid config describe` prints
  /// Three lines.
  package static func describeHead(_ usual: String) -> Phrase {
    Phrase(
      en:
        "Every option of Barid with the value that it has now. The file is \(usual), or the one that\n`barid serve --config FILE` names. A variable of the environment stands over the file: its name is\nwritten beside each option.",
      ar:
        "كل خيارات بريد بقيمها الحالية. الملف هو \(usual) أو ما يحدده\n`barid serve --config FILE`. ومتغيّر البيئة مقدَّم على الملف، واسمه\nمكتوب مع كل خيار."
    )
  }
  package static func describeStandard(_ value: String) -> Phrase {
    Phrase(en: "default \(value)", ar: "المبدئي \(value)")
  }
  package static var describeMistaken: Phrase {
    Phrase(
      en: "The configuration has mistakes, so defaults are shown; `barid config check` names them.",
      ar: "في الإعدادات أخطاء، فالمعروض هو القيم المبدئية؛ الأمر `barid config check` يذكرها.")
  }
  package static func describeExample(_ example: String) -> Phrase {
    Phrase(en: "for example \(example)", ar: "مثلًا \(copy: example)")
  }
  package static var helpOptionTable: Phrase {
    Phrase(en: "Print the table of docs/configuration.md instead.", ar: "طباعة جدول docs/configuration.md بدلًا من ذلك.")
  }
}
