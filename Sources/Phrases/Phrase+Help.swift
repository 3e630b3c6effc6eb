// What `barid --help` says of each command and argument.
extension Phrase {
  package static var helpBarid: Phrase {
    Phrase(
      en: "Barid, a mail server: it receives, keeps and hands out your mail.",
      ar: "بريد: خادم بريد إلكتروني يستقبل رسائلك ويحفظها ويسلّمها إليك.")
  }
  package static var helpServe: Phrase {
    Phrase(en: "Run the mail server.", ar: "تشغيل خادم البريد.")
  }
  package static var helpDemo: Phrase {
    Phrase(
      en: "Start a small post office on this computer, to try Barid out.",
      ar: "تشغيل مكتب بريد صغير على هذا الحاسوب لتجربة بريد.")
  }
  package static var helpConfig: Phrase {
    Phrase(en: "Check and explain the configuration.", ar: "فحص الإعدادات وشرحها.")
  }
  package static var helpConfigCheck: Phrase {
    Phrase(
      en: "Read the configuration and report every mistake in it.",
      ar: "قراءة الإعدادات والإبلاغ عن كل خطأ فيها.")
  }
  package static var helpConfigDescribe: Phrase {
    Phrase(
      en: "List every setting with its meaning, its default and its value now.",
      ar: "سرد كل إعداد مع معناه وقيمته المبدئية وقيمته الحالية.")
  }

  package static var helpDomain: Phrase {
    Phrase(
      en: "The domains that this server receives mail for.",
      ar: "النطاقات التي يستقبل هذا الخادم بريدها.")
  }
  package static var helpDomainAdd: Phrase {
    Phrase(en: "Receive mail for a domain.", ar: "استقبال بريد نطاق.")
  }
  package static var helpDomainList: Phrase {
    Phrase(en: "List the domains.", ar: "سرد النطاقات.")
  }
  /// The headings of a help page, as the parser writes them in English; each ends with a colon.
  package static var helpHeadings: [Phrase] {
    [
      Phrase(en: "OVERVIEW:", ar: "نبذة:"), Phrase(en: "USAGE:", ar: "الاستعمال:"),
      Phrase(en: "ARGUMENTS:", ar: "المعاملات:"), Phrase(en: "OPTIONS:", ar: "الخيارات:"),
      Phrase(en: "SUBCOMMANDS:", ar: "الأوامر الفرعية:"), Phrase(en: "Usage:", ar: "الاستعمال:"),
      Phrase(en: "Error:", ar: "خطأ:"), Phrase(en: "Help:", ar: "مساعدة:"),
    ]
  }
  package static var helpShow: Phrase { Phrase(en: "Show help information.", ar: "عرض هذه المساعدة.") }
  package static func helpMore(_ command: String) -> Phrase {
    Phrase(en: "  See '\(command)' for detailed help.", ar: "  للتفاصيل اكتب: \(copy: command)")
  }
  package static func helpMoreInformation(_ command: String) -> Phrase {
    Phrase(en: "  See '\(command)' for more information.", ar: "  لمزيد من المعلومات اكتب: \(copy: command)")
  }
  package static var helpDomainSet: Phrase {
    Phrase(
      en: "Change the settings of a domain: what its accounts may keep together.",
      ar: "تغيير إعدادات النطاق: ما يجوز لحساباته أن تحفظه مجتمعة.")
  }
  package static var helpOptionQuota: Phrase {
    Phrase(
      en: "The most that all accounts of the domain may keep together: a size such as 50GiB, or none.",
      ar: "أقصى ما يجوز لحسابات النطاق كلها أن تحفظه معًا: حجم مثل 50GiB، أو none.")
  }
  package static var helpOptionQuotaMessages: Phrase {
    Phrase(
      en: "The most messages of all accounts of the domain together: a number, or none.",
      ar: "أكبر عدد من الرسائل في حسابات النطاق كلها معًا: عدد، أو none.")
  }
  package static var helpDomainRemove: Phrase {
    Phrase(
      en: "Stop receiving mail for a domain that has no accounts left.",
      ar: "إيقاف استقبال بريد نطاق لم تبقَ فيه حسابات.")
  }

  package static var helpAccount: Phrase {
    Phrase(
      en: "The people who have a mailbox here.",
      ar: "الأشخاص الذين لهم صندوق بريد هنا.")
  }
  package static var helpAccountAdd: Phrase {
    Phrase(
      en: "Make an account with its mailbox, address and password.",
      ar: "إنشاء حساب بصندوق بريده وعنوانه وكلمة سره.")
  }
  package static var helpAccountList: Phrase {
    Phrase(en: "List the accounts.", ar: "سرد الحسابات.")
  }
  package static var helpAccountRemove: Phrase {
    Phrase(
      en: "Close an account. Its mail is kept until it is purged.",
      ar: "إغلاق حساب. يبقى بريده محفوظًا إلى أن يُمحى نهائيًا.")
  }
  package static var helpAccountPassword: Phrase {
    Phrase(en: "Set a new password for an account.", ar: "تعيين كلمة سر جديدة لحساب.")
  }

  package static var helpAlias: Phrase {
    Phrase(
      en: "More addresses that lead to an account, or to several.",
      ar: "عناوين إضافية تؤدي إلى حساب أو إلى عدة حسابات.")
  }
  package static var helpAliasAdd: Phrase {
    Phrase(
      en: "Let an address lead to one or more accounts. \"@example.org\" catches everything else at that domain.",
      ar: "توجيه عنوان إلى حساب أو أكثر. العنوان \"@example.org\" يلتقط كل ما عدا ذلك في النطاق.")
  }
  package static var helpAliasList: Phrase {
    Phrase(en: "List the aliases.", ar: "سرد العناوين البديلة.")
  }
  package static var helpAliasRemove: Phrase {
    Phrase(en: "Remove an alias.", ar: "حذف عنوان بديل.")
  }

  package static var helpDevice: Phrase {
    Phrase(
      en: "The phones and computers of an account, each with a password of its own.",
      ar: "هواتف الحساب وحواسيبه، لكل منها كلمة سر خاصة به.")
  }
  package static var helpDeviceAdd: Phrase {
    Phrase(
      en: "Make a password for one device. It is shown once.",
      ar: "إنشاء كلمة سر لجهاز واحد. تُعرض مرة واحدة فقط.")
  }
  package static var helpDeviceList: Phrase {
    Phrase(
      en: "List the devices of an account and when each was last used.",
      ar: "سرد أجهزة الحساب وآخر استخدام لكل منها.")
  }
  package static var helpDeviceRemove: Phrase {
    Phrase(
      en: "Take a device's password away. The other devices keep working.",
      ar: "إلغاء كلمة سر جهاز. تبقى الأجهزة الأخرى تعمل.")
  }

  package static var helpServer: Phrase {
    Phrase(en: "Ask or tell the running server.", ar: "سؤال الخادم العامل أو توجيهه.")
  }
  package static var helpServerStatus: Phrase {
    Phrase(en: "Say whether the server runs, and how it does.", ar: "بيان هل يعمل الخادم وكيف حاله.")
  }
  package static var helpServerReload: Phrase {
    Phrase(
      en: "Read the configuration and certificates again without ending any connection.",
      ar: "إعادة قراءة الإعدادات والشهادات دون قطع أي اتصال.")
  }
  package static var helpServerStop: Phrase {
    Phrase(
      en: "Finish the commands under way, then stop the server.",
      ar: "إتمام الأوامر الجارية ثم إيقاف الخادم.")
  }

  package static var helpDKIMList: Phrase {
    Phrase(
      en: "Show the signing keys of a domain and the DNS records to publish.",
      ar: "عرض مفاتيح توقيع النطاق وسجلات DNS التي تُنشر.")
  }
  package static var helpDKIMRotate: Phrase {
    Phrase(
      en: "Give a domain new signing keys; the old ones stay valid for a while.",
      ar: "إعطاء النطاق مفاتيح توقيع جديدة مع بقاء القديمة صالحة مدة.")
  }
  package static var helpOptionHours: Phrase {
    Phrase(
      en: "Hours until the new keys begin to sign: time to publish their records.",
      ar: "عدد الساعات حتى يبدأ التوقيع بالمفاتيح الجديدة: وقت لنشر سجلاتها.")
  }
  package static var helpOptionKeyDays: Phrase {
    Phrase(
      en: "Days after which the old records may leave the DNS.",
      ar: "عدد الأيام التي تُزال بعدها السجلات القديمة من DNS.")
  }
  package static var helpDMARCReport: Phrase {
    Phrase(
      en: "Show DMARC reports: received ones from files, or with --outgoing those collected here.",
      ar: "عرض تقارير DMARC: الواردة من ملفات، أو ما جُمع هنا مع --outgoing.")
  }
  package static var helpArgumentReports: Phrase {
    Phrase(
      en: "Reports: .xml, .xml.gz, .zip, or a message that carries one.",
      ar: "التقارير: .xml أو .xml.gz أو .zip أو رسالة تحمل تقريرًا.")
  }
  package static var helpOptionOutgoing: Phrase {
    Phrase(
      en: "Show what was collected for the owners of other domains.",
      ar: "عرض ما جُمع لأصحاب النطاقات الأخرى.")
  }
  package static var helpOptionDate: Phrase {
    Phrase(en: "Only this day (UTC).", ar: "هذا اليوم فقط (UTC).")
  }
  package static var helpOptionReportFolder: Phrase {
    Phrase(
      en: "Write the reports into this folder, compressed, ready to be sent.",
      ar: "كتابة التقارير مضغوطة في هذا المجلد جاهزة للإرسال.")
  }
  package static var helpOptionConfig: Phrase {
    Phrase(en: "The configuration file.", ar: "ملف الإعدادات.")
  }
  package static var helpOptionData: Phrase {
    Phrase(en: "The data folder.", ar: "مجلد البيانات.")
  }
  package static var helpOptionJSON: Phrase {
    Phrase(en: "Answer in JSON, for programs.", ar: "الإجابة بصيغة JSON للبرامج.")
  }
  package static var helpOptionLanguage: Phrase {
    Phrase(en: "Language of the texts: en or ar.", ar: "لغة النصوص: en أو ar.")
  }
  package static var helpArgumentDomain: Phrase {
    Phrase(en: "A domain, such as example.org.", ar: "نطاق، مثل example.org.")
  }
  package static var helpArgumentAddress: Phrase {
    Phrase(en: "An address, such as amal@example.org.", ar: "عنوان، مثل amal@example.org.")
  }
  package static var helpArgumentTargets: Phrase {
    Phrase(en: "The addresses that it leads to.", ar: "العناوين التي يؤدي إليها.")
  }
  package static var helpArgumentDevice: Phrase {
    Phrase(en: "A name for the device, such as \"phone\".", ar: "اسم للجهاز، مثل \"هاتف\".")
  }
  package static var helpOptionAliasOf: Phrase {
    Phrase(
      en: "Treat every address of this domain as one of that domain.",
      ar: "معاملة كل عنوان في هذا النطاق كأنه من ذلك النطاق.")
  }
  package static var helpOptionPassword: Phrase {
    Phrase(
      en: "Read the password from standard input. Without it, one is made and shown.",
      ar: "قراءة كلمة السر من الدخل القياسي. وبدونه تُنشأ كلمة سر وتُعرض.")
  }
  package static var helpOptionScope: Phrase {
    Phrase(
      en: "What the device may do: smtp, imap, pop3. Without it, all three.",
      ar: "ما يُسمح به للجهاز: smtp وimap وpop3. وبدونه الثلاثة كلها.")
  }
  package static var helpOptionExpires: Phrase {
    Phrase(
      en: "Days after which the device's password ends. Without it, never.",
      ar: "عدد الأيام التي تنتهي بعدها كلمة سر الجهاز. وبدونه لا تنتهي.")
  }
}
