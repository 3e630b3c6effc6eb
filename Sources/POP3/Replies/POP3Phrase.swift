/// A language of reply texts (RFC 6856 §3).
public enum POP3Language: String, CaseIterable, Sendable {
  case english = "en"
  case arabic = "ar"

  /// The language's name in itself.
  public var nativeName: String {
    switch self {
    case .english: "English"
    case .arabic: "العربية"
    }
  }

  /// The first language that a basic language range matches (RFC 4647 §2.1, §3.3.1); `*` is the caller's.
  static func matching(_ range: String, among offered: [POP3Language]) -> POP3Language? {
    let wanted = range.lowercased()
    // A client that asks for "ar-EG" reads "ar" (RFC 4647 §3.4 lookup).
    return offered.first { wanted == $0.rawValue || wanted.hasPrefix($0.rawValue + "-") }
  }
}

/// The reply texts, in each language.
public enum POP3Phrase: Hashable, Sendable, CaseIterable {
  case ready, welcome, capabilities, begunTLS, sendPassword, opened, listing, messageFollows, marked, nothing, reset
  case goodbye, goodbyeUnsaved, utf8Enabled, languageChanged, languageList, mechanisms
  case unknownCommand, badCharacter, missingArgument, unexpectedArgument, badNumber, badBase64, lineTooLong, badLineEnd
  case notNow, needsTLS, noTLS, alreadyTLS, notLast, notAfterUTF8, sendUser, badCredentials, unsupportedMechanism,
    cancelled
  case noSuchMessage, alreadyDeleted, noSuchLanguage, unavailable, inUse, tooManyErrors, shuttingDown
  case tooSoon, groupNeedsDevice, noFolder, messageGone, sendElsewhere, revoked
  case messageDamaged

  public func text(in language: POP3Language) -> String {
    switch language {
    case .english: english
    case .arabic: arabic
    }
  }

  private var english: String {
    switch self {
    case .ready: "POP3 server ready"
    case .welcome: "Hello"
    case .capabilities: "Capability list follows"
    case .begunTLS: "Begin TLS negotiation now"
    case .sendPassword: "Send your password"
    case .opened: "Maildrop ready"
    case .listing: "Listing follows"
    case .messageFollows: "Message follows"
    case .marked: "Message marked for deletion"
    case .nothing: "Nothing done"
    case .reset: "No message is marked for deletion"
    case .goodbye: "Goodbye"
    case .goodbyeUnsaved: "Some messages could not be removed"
    case .utf8Enabled: "UTF-8 mode enabled"
    case .languageChanged: "Language changed"
    case .languageList: "Language listing follows"
    case .mechanisms: "Mechanism list follows"
    case .unknownCommand: "Unknown command"
    case .badCharacter: "Invalid character in command"
    case .missingArgument: "Argument missing"
    case .unexpectedArgument: "Too many arguments"
    case .badNumber: "Invalid number"
    case .badBase64: "Invalid base64"
    case .lineTooLong: "Line too long"
    case .badLineEnd: "A command ends with CRLF"
    case .notNow: "Command not valid in this state"
    case .needsTLS: "Use STLS before logging in"
    case .noTLS: "TLS is not available"
    case .alreadyTLS: "TLS is already active"
    case .notLast: "Nothing may follow this command before its reply"
    case .notAfterUTF8: "STLS is not allowed after UTF8"
    case .sendUser: "Send USER first"
    case .badCredentials: "Invalid user name or password"
    case .unsupportedMechanism: "Unsupported authentication mechanism"
    case .cancelled: "Authentication cancelled"
    case .noSuchMessage: "No such message"
    case .alreadyDeleted: "Message already deleted"
    case .noSuchLanguage: "Language not available"
    case .unavailable: "Temporary trouble, try again later"
    case .inUse: "The maildrop is in use by another session"
    case .tooManyErrors: "Too many errors, closing connection"
    case .shuttingDown: "Server is shutting down, closing connection"
    case .tooSoon: "Too soon after the last log-in, try again later"
    case .groupNeedsDevice: "Only a device with a password of its own may delete from a group's mailbox"
    case .noFolder: "The folder chosen for POP does not exist"
    case .messageGone: "The message was removed by another session"
    case .messageDamaged: "The message is damaged on the server's disk"
    case .sendElsewhere: "POP3 only fetches mail; send through the submission server (port 465 or 587)"
    case .revoked: "Your password was changed or removed; nothing was deleted, closing connection"
    }
  }

  private var arabic: String {
    switch self {
    case .ready: "خادم POP3 جاهز"
    case .welcome: "مرحبًا"
    case .capabilities: "قائمة الإمكانات تلي"
    case .begunTLS: "ابدأ تشفير TLS الآن"
    case .sendPassword: "أرسل كلمة السر"
    case .opened: "صندوق البريد جاهز"
    case .listing: "القائمة تلي"
    case .messageFollows: "الرسالة تلي"
    case .marked: "عُلِّمت الرسالة للحذف"
    case .nothing: "لم يُفعل شيء"
    case .reset: "لا رسالة معلَّمة للحذف"
    case .goodbye: "مع السلامة"
    case .goodbyeUnsaved: "تعذّر حذف بعض الرسائل"
    case .utf8Enabled: "فُعِّل نمط UTF-8"
    case .languageChanged: "غُيِّرت اللغة"
    case .languageList: "قائمة اللغات تلي"
    case .mechanisms: "قائمة طرق الدخول تلي"
    case .unknownCommand: "أمر غير معروف"
    case .badCharacter: "محرف غير صالح في الأمر"
    case .missingArgument: "ينقص الأمر معامل"
    case .unexpectedArgument: "معاملات أكثر مما يلزم"
    case .badNumber: "رقم غير صالح"
    case .badBase64: "ترميز base64 غير صالح"
    case .lineTooLong: "السطر طويل جدًا"
    case .badLineEnd: "ينتهي الأمر بالمحرفين CRLF"
    case .notNow: "هذا الأمر غير صالح الآن"
    case .needsTLS: "استعمل STLS قبل الدخول"
    case .noTLS: "تشفير TLS غير متاح"
    case .alreadyTLS: "تشفير TLS مفعّل من قبل"
    case .notLast: "لا يجوز أن يلي هذا الأمر شيء قبل جوابه"
    case .notAfterUTF8: "لا يجوز STLS بعد UTF8"
    case .sendUser: "أرسل USER أولًا"
    case .badCredentials: "اسم المستخدم أو كلمة السر غير صحيحة"
    case .unsupportedMechanism: "طريقة دخول غير مدعومة"
    case .cancelled: "أُلغي الدخول"
    case .noSuchMessage: "لا توجد رسالة بهذا الرقم"
    case .alreadyDeleted: "الرسالة محذوفة من قبل"
    case .noSuchLanguage: "اللغة غير متاحة"
    case .unavailable: "عطل مؤقت، حاول لاحقًا"
    case .inUse: "صندوق البريد مستعمل في جلسة أخرى"
    case .tooManyErrors: "أخطاء كثيرة، سيُغلق الاتصال"
    case .shuttingDown: "الخادم يتوقف، سيُغلق الاتصال"
    case .tooSoon: "لم تمضِ المدة المطلوبة منذ آخر دخول، حاول لاحقًا"
    case .groupNeedsDevice: "لا يحذف من صندوق المجموعة إلا جهاز له كلمة مرور خاصة به"
    case .noFolder: "المجلد المختار لبروتوكول POP غير موجود"
    case .messageGone: "حذفت الرسالة جلسة أخرى"
    case .messageDamaged: "الرسالة تالفة على قرص الخادم"
    case .sendElsewhere: "يجلب POP3 البريد فقط؛ أرسل عبر خادم الإرسال (المنفذ 465 أو 587)"
    case .revoked: "غُيِّرت كلمة المرور أو أُلغيت؛ لم يُحذف شيء، وسيُغلق الاتصال"
    }
  }
}
