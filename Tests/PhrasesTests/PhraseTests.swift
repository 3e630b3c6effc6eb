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

  @Test(arguments: [
    (0, "0 messages", "\u{2068}0\u{2069} رسالة"), (1, "1 message", "رسالة واحدة"), (2, "2 messages", "رسالتين"),
    (3, "3 messages", "\u{2068}3\u{2069} رسائل"), (10, "10 messages", "\u{2068}10\u{2069} رسائل"),
    (11, "11 messages", "\u{2068}11\u{2069} رسالة"), (100, "100 messages", "\u{2068}100\u{2069} رسالة"),
    (103, "103 messages", "\u{2068}103\u{2069} رسائل"),
  ])
  func aNumberFindsItsForm(_ count: Int, _ english: String, _ arabic: String) {
    let phrase = Phrase.backupAccountRestored("a@b", count)
    #expect(phrase.text(in: .english) == "a@b is as it was at the backup: \(english).")
    #expect(phrase.text(in: .arabic).hasSuffix("بعدد \(arabic)."))
  }

  @Test func aSentenceInASentence() {
    let phrase = Phrase.serverReloadFailed(.portInUse(25))
    #expect(
      phrase.text(in: .english).hasSuffix(
        "force. Port 25 is in use by another program. Stop that program or choose another port."))
    #expect(phrase.text(in: .arabic).contains(Phrase.portInUse(25).text(in: .arabic)))
  }

  @Test func importsCount() {
    #expect(
      Phrase.importDone(1, 1, 0).text(in: .english)
        == "Imported: 1 message into 1 mailbox. Too large and left out: 0.")
    #expect(Phrase.importDone(2, 11, 0).text(in: .arabic).contains("رسالتين إلى \u{2068}11\u{2069} صندوقًا"))
  }

  @Test func removalsCount() {
    #expect(
      Phrase.popFreed(messages: 1, bytes: "2B").text(in: .english) == "Removed by POP: 1 message. Space freed: 2B.")
    #expect(Phrase.popFreed(messages: 2, bytes: "2B").text(in: .arabic).contains("ما عدده رسالتين."))
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
