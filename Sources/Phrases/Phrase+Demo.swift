// What `barid demo` and `make run` print.
extension Phrase {
  package static func demoTitle(_ domain: String) -> Phrase {
    Phrase(
      en: "A post office for \(domain) is open on this computer only.",
      ar: "مكتب بريد للنطاق \(domain) مفتوح على هذا الحاسوب وحده.")
  }
  package static var demoProtocol: Phrase { Phrase(en: "Protocol", ar: "البروتوكول") }
  package static var demoHost: Phrase { Phrase(en: "Host", ar: "المضيف") }
  package static var demoPort: Phrase { Phrase(en: "Port", ar: "المنفذ") }
  package static var demoSecurity: Phrase { Phrase(en: "Security", ar: "الحماية") }
  package static var demoUser: Phrase { Phrase(en: "User", ar: "المستخدم") }
  package static var demoPassword: Phrase { Phrase(en: "Password", ar: "كلمة السر") }
  package static var demoSecurityNone: Phrase { Phrase(en: "none (this computer only)", ar: "بلا (هذا الحاسوب وحده)") }
  package static var demoSecurityStartTLS: Phrase { Phrase(en: "STARTTLS", ar: "تشفير STARTTLS") }
  package static var demoSecurityTLS: Phrase { Phrase(en: "TLS", ar: "تشفير TLS") }
  package static var demoCommands: Phrase {
    Phrase(en: "Three commands to try:", ar: "ثلاثة أوامر للتجربة:")
  }
  package static func demoAuthority(_ path: String) -> Phrase {
    Phrase(
      en: "Certificate authority for your mail program: \(path)",
      ar: "سلطة التوثيق لبرنامج بريدك: \(path)")
  }
  package static func demoData(_ path: String) -> Phrase {
    Phrase(
      en: "The mail is kept in \(path) and is there again next time.",
      ar: "يُحفظ البريد في \(path) وتجده في المرة القادمة.")
  }
}
