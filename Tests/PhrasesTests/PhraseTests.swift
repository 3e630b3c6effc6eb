import Testing

@testable import Phrases

struct PhraseTests {
  @Test func aPhraseHasItsKeyAndItsTexts() {
    let phrase = Phrase.portInUse(25)
    #expect(phrase.key == "portInUse")
    #expect(Phrase.configGood.key == "configGood")
    #expect(
      phrase.text(in: .english) == "Port 25 is in use by another program. Stop that program or choose another port.")
    #expect(phrase.text(in: .arabic).hasPrefix("المنفذ \u{2068}25\u{2069} "))
  }

  @Test func whatIsCopiedIsNotIsolated() {
    #expect(Phrase.passwordShownOnce("abcd-efgh").text(in: .arabic).hasSuffix(" abcd-efgh"))
  }

  @Test(arguments: [
    ("ar", Language.arabic), ("ar_SA.UTF-8", .arabic), ("ar-EG", .arabic), ("AR", .arabic), ("en_US.UTF-8", .english),
    ("C", .english), ("C.UTF-8", .english), ("", .english), ("arz", .english), ("de_DE@euro", .english),
  ])
  func aLocaleNamesALanguage(locale: String, language: Language) {
    #expect(Language(locale: locale) == language)
  }
}
