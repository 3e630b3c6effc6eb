/// What a text counts, in the forms that numbers ask for: two in English, and in Arabic the six of CLDR, of which a number shows in
/// four. The Arabic stands in the genitive, as behind "عدد", "استيراد", "من" and "إلى".
struct CountedNoun: Hashable, Sendable {
  let one: String
  let other: String
  /// One, without the number; two, without the number; 3 to 10; 11 to 99; the hundreds.
  let forms: (one: String, two: String, few: String, many: String, other: String)

  static let message = CountedNoun(
    one: "message", other: "messages", forms: ("رسالة واحدة", "رسالتين", "رسائل", "رسالة", "رسالة"))
  static let mailbox = CountedNoun(
    one: "mailbox", other: "mailboxes",
    forms: ("صندوق واحد", "صندوقين", "صناديق", "صندوقًا", "صندوق"))
  static let content = CountedNoun(
    one: "content", other: "contents", forms: ("محتوى واحد", "محتويين", "محتويات", "محتوى", "محتوى"))
  static let day = CountedNoun(
    one: "day", other: "days", forms: ("يوم واحد", "يومين", "أيام", "يومًا", "يوم"))

  func english(_ count: Int) -> String { "\(count) \(count == 1 ? one : other)" }

  /// CLDR's plural rules for ar: 1; 2; n % 100 = 3…10; n % 100 = 11…99; else.
  func arabic(_ count: Int) -> String {
    let number = "\u{2068}\(count)\u{2069} "
    switch count {
    case 1: return forms.one
    case 2: return forms.two
    default: break
    }
    return switch abs(count % 100) {
    case 3...10: number + forms.few
    case 11...99: number + forms.many
    default: number + forms.other
    }
  }

  static func == (a: CountedNoun, b: CountedNoun) -> Bool { a.one == b.one }
  func hash(into hasher: inout Hasher) { hasher.combine(one) }
}
