// Domains, accounts, aliases and devices: results and refusals of the commands.
extension Phrase {
  // MARK: Results
  package static func domainAdded(_ domain: String) -> Phrase {
    Phrase(en: "Mail for \(domain) is received here now.", ar: "صار بريد \(domain) يُستقبل هنا.")
  }
  package static func domainRemoved(_ domain: String) -> Phrase {
    Phrase(en: "Mail for \(domain) is no longer received.", ar: "لم يعد بريد \(domain) يُستقبل هنا.")
  }
  package static func domainSettingsSet(_ domain: String) -> Phrase {
    Phrase(en: "The settings of \(domain) are changed.", ar: "تغيّرت إعدادات النطاق \(domain).")
  }
  package static var domainSettingMissing: Phrase {
    Phrase(
      en: "Say what to change, such as --quota 50GiB; `barid domain list` shows what holds.",
      ar: "اذكر ما تريد تغييره، مثل ‎--quota 50GiB؛ والأمر `barid domain list` يعرض الإعدادات الحالية.")
  }
  package static func quotaInvalid(_ text: String) -> Phrase {
    Phrase(
      en: "\"\(text)\" is not a quota. Give a size such as 50GiB or 500MiB, or none.",
      ar: "\"\(text)\" ليست حصة صالحة. اكتب حجمًا مثل 50GiB أو 500MiB، أو none.")
  }
  package static func accountAdded(_ address: String) -> Phrase {
    Phrase(en: "The account \(address) is ready.", ar: "الحساب \(address) جاهز.")
  }
  package static func accountRemoved(_ address: String, sessions: Int) -> Phrase {
    Phrase(
      en: "The account \(address) is closed: no log-in, no new mail. Sessions ended: \(sessions).",
      ar: "أُغلق الحساب \(address): لا دخول إليه ولا رسائل جديدة. الجلسات التي أُنهيت: \(sessions).")
  }
  package static func accountPasswordSet(_ address: String, sessions: Int) -> Phrase {
    Phrase(
      en: "The password of \(address) is changed. Sessions ended that used the old one: \(sessions).",
      ar: "تغيّرت كلمة سر \(address). الجلسات التي أُنهيت وكانت بالكلمة القديمة: \(sessions).")
  }
  package static func passwordShownOnce(_ password: String) -> Phrase {
    Phrase(
      en: "Password (shown only now): \(password)",
      ar: "كلمة السر (تُعرض الآن فقط): \(copy: password)")
  }
  package static func aliasAdded(_ address: String, targets: String) -> Phrase {
    Phrase(en: "\(address) leads to \(targets).", ar: "العنوان \(address) يؤدي إلى \(targets).")
  }
  package static func aliasRemoved(_ address: String) -> Phrase {
    Phrase(en: "The alias \(address) is removed.", ar: "حُذف العنوان البديل \(address).")
  }
  package static func deviceAdded(_ device: String, _ address: String) -> Phrase {
    Phrase(
      en: "The device \"\(device)\" may now use \(address).",
      ar: "صار بإمكان الجهاز \"\(device)\" استخدام \(address).")
  }
  package static func deviceRemoved(_ device: String, _ address: String, sessions: Int) -> Phrase {
    Phrase(
      en: "The device \"\(device)\" may no longer use \(address). Sessions ended: \(sessions).",
      ar: "لم يعد بإمكان الجهاز \"\(device)\" استخدام \(address). الجلسات التي أُنهيت: \(sessions).")
  }
  package static var listEmpty: Phrase {
    Phrase(en: "There are none.", ar: "لا يوجد شيء.")
  }
  package static var deviceNeverUsed: Phrase {
    Phrase(en: "never used", ar: "لم يُستخدم بعد")
  }

  // MARK: Refusals
  package static func domainInvalid(_ text: String) -> Phrase {
    Phrase(
      en: "\"\(text)\" is not a domain. A domain looks like example.org.",
      ar: "\"\(text)\" ليس نطاقًا. النطاق يشبه example.org.")
  }
  package static func domainExists(_ domain: String) -> Phrase {
    Phrase(en: "The domain \(domain) is already here.", ar: "النطاق \(domain) موجود من قبل.")
  }
  package static func keysRotated(_ domain: String, hours: Int, days: Int) -> Phrase {
    Phrase(
      en:
        "\(domain) has new signing keys. Publish their records now. Hours until they sign: \(hours). Days that the old records must stay in the DNS after that: \(days).",
      ar:
        "للنطاق \(domain) مفاتيح توقيع جديدة. انشر سجلاتها الآن. الساعات حتى يبدأ التوقيع بها: \(hours). الأيام التي تبقى فيها السجلات القديمة في DNS بعد ذلك: \(days)."
    )
  }
  package static var keySigns: Phrase { Phrase(en: "signs now", ar: "يوقّع الآن") }
  package static func keyWaits(until time: String) -> Phrase {
    Phrase(en: "publish now, signs from \(time)", ar: "انشره الآن، يوقّع ابتداءً من \(time)")
  }
  package static func keyStays(until time: String) -> Phrase {
    Phrase(en: "no longer signs, leave it published until \(time)", ar: "لم يعد يوقّع، أبقِه منشورًا حتى \(time)")
  }
  package static var keyRetired: Phrase { Phrase(en: "no longer needed, remove it", ar: "لم يعد لازمًا، احذفه") }
  package static func domainUnknown(_ domain: String) -> Phrase {
    Phrase(
      en: "The domain \(domain) is not here. Add it with `barid domain add`.",
      ar: "النطاق \(domain) غير موجود هنا. أضِفه بالأمر `barid domain add`.")
  }
  package static func domainInUse(_ domain: String) -> Phrase {
    Phrase(
      en: "The domain \(domain) still has accounts or aliases, or another domain stands for it. Remove these first.",
      ar: "ما زالت للنطاق \(domain) حسابات أو عناوين بديلة أو نطاق آخر ينوب عنه. احذفها أولًا.")
  }
  package static func domainIsAlias(_ domain: String, of target: String) -> Phrase {
    Phrase(
      en: "\(domain) stands for \(target). Use an address at \(target).",
      ar: "النطاق \(domain) ينوب عن \(target). استخدم عنوانًا في \(target).")
  }
  package static func addressInvalid(_ text: String) -> Phrase {
    Phrase(
      en: "\"\(text)\" is not an address. An address looks like amal@example.org.",
      ar: "\"\(text)\" ليس عنوانًا. العنوان يشبه amal@example.org.")
  }
  package static func addressTagged(_ address: String) -> Phrase {
    Phrase(
      en: "\(address) has a \"+\": what follows it is ignored, so it cannot be an address of its own.",
      ar: "في \(address) علامة \"+\" وما بعدها مُهمَل، فلا يصلح عنوانًا مستقلًا.")
  }
  package static func addressTaken(_ address: String) -> Phrase {
    Phrase(en: "The address \(address) is already in use.", ar: "العنوان \(address) مستخدم من قبل.")
  }
  package static func accountUnknown(_ address: String) -> Phrase {
    Phrase(en: "There is no account \(address).", ar: "لا يوجد حساب \(address).")
  }
  package static func aliasUnknown(_ address: String) -> Phrase {
    Phrase(en: "There is no alias \(address).", ar: "لا يوجد عنوان بديل \(address).")
  }
  package static var aliasWithoutTarget: Phrase {
    Phrase(
      en: "An alias needs at least one address that it leads to.",
      ar: "يحتاج العنوان البديل إلى عنوان واحد على الأقل يؤدي إليه.")
  }
  package static func aliasTooManyTargets(limit: Int) -> Phrase {
    Phrase(
      en: "An alias leads to at most \(limit) addresses.",
      ar: "أقصى عدد من العناوين لعنوان بديل واحد: \(limit).")
  }
  package static func aliasTargetElsewhere(_ address: String) -> Phrase {
    Phrase(
      en: "\(address) is not at this server. Forwarding to other servers is not possible yet.",
      ar: "العنوان \(address) ليس على هذا الخادم. التحويل إلى خوادم أخرى غير متاح بعد.")
  }
  package static func aliasTargetUnknown(_ address: String) -> Phrase {
    Phrase(
      en: "Nobody here has the address \(address).",
      ar: "لا أحد هنا يملك العنوان \(address).")
  }
  package static func aliasCircle(_ address: String) -> Phrase {
    Phrase(
      en: "The alias \(address) would lead back to itself.",
      ar: "سيعود العنوان البديل \(address) إلى نفسه.")
  }
  package static func accountLastTarget(_ address: String) -> Phrase {
    Phrase(
      en: "The alias \(address) leads only there. Change or remove it first.",
      ar: "العنوان البديل \(address) لا يؤدي إلا إليه. غيّره أو احذفه أولًا.")
  }
  package static func passwordTooShort(least: Int) -> Phrase {
    Phrase(
      en: "The password is too short: at least \(least) characters.",
      ar: "كلمة السر قصيرة. أقل عدد من الحروف: \(least).")
  }
  package static var passwordMissing: Phrase {
    Phrase(en: "No password was given.", ar: "لم تُكتب كلمة سر.")
  }
  package static var passwordInvalid: Phrase {
    Phrase(
      en: "The password must not contain control characters or be longer than 1,024 bytes.",
      ar: "يجب ألا تحوي كلمة السر محارف تحكم وألا تزيد على 1024 بايت.")
  }
  package static func deviceNameInvalid(_ name: String) -> Phrase {
    Phrase(
      en: "\"\(name)\" cannot name a device: use 1 to 64 visible characters.",
      ar: "\"\(name)\" لا يصلح اسمًا لجهاز: استخدم من 1 إلى 64 حرفًا ظاهرًا.")
  }
  package static func deviceExists(_ name: String) -> Phrase {
    Phrase(
      en: "A device \"\(name)\" is already there. Choose another name.",
      ar: "يوجد جهاز باسم \"\(name)\" من قبل. اختر اسمًا آخر.")
  }
  package static func deviceUnknown(_ name: String) -> Phrase {
    Phrase(en: "There is no device \"\(name)\".", ar: "لا يوجد جهاز باسم \"\(name)\".")
  }
  package static var deviceExpiryPast: Phrase {
    Phrase(en: "The expiry must be in the future.", ar: "يجب أن يكون وقت الانتهاء في المستقبل.")
  }
}
