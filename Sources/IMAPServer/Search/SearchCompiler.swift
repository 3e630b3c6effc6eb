import IMAP
import Mail
import Store

/// Turns a search key into tests, and its texts into questions.
struct SearchCompiler {
  let view: ViewSnapshot
  let facts: SearchFacts
  private(set) var questions: [SearchQuestion] = []
  private(set) var fuzzyWords: [SearchMatcher.FuzzyWord] = []
  private var isFuzzy = false

  init(view: ViewSnapshot, facts: SearchFacts) {
    self.view = view
    self.facts = facts
  }

  mutating func test(_ key: SearchKey) -> SearchMatcher.Test {
    switch key {
    case .all: .always(true)
    case .not(let inner): .not(test(inner))
    case .or(let left, let right): .any([test(left), test(right)])
    case .and(let keys): .all(keys.map { test($0) })
    case .fuzzy(let inner): fuzzy(inner)
    case .set, .uid, .emailID, .threadID: identity(key)
    case .flag(let flag): self.flag(flag)
    case .recent: .recent
    case .header, .body, .text: text(key)
    case .larger(let size): .record { UInt64($0.size) > size }
    case .smaller(let size): .record { UInt64($0.size) < size }
    case .modSequence(let least, entry: _): .record { $0.modseq >= least }
    case .saveDateSupported: .always(true)
    // RFC 5466: no filters are kept, so none by this name exists.
    case .filter: .always(false)
    default: date(key)
    }
  }

  // MARK: Texts

  private mutating func text(_ key: SearchKey) -> SearchMatcher.Test {
    let place: SearchQuestion.Place
    let text: String
    switch key {
    case .header(let name, let value):
      let field = Array(name.utf8)
      place = MessageText.Column(field: field).map { .column($0) } ?? .field(name: field)
      text = value
    case .body(let value): (place, text) = (.body, value)
    case .text(let value): (place, text) = (.text, value)
    default: return .always(false)
    }
    if isFuzzy { return fuzzy(place, text) }
    let needle = SearchNeedle(text, form: facts.form)
    if needle.isEmpty {
      switch place {
      // The empty text is in everything.
      case .body, .text, .sent: return .always(true)
      case .column, .field: break
      }
    }
    return ask(SearchQuestion(place, needle))
  }

  private mutating func ask(_ question: SearchQuestion) -> SearchMatcher.Test { .question(number(of: question)) }

  /// The same question is asked once. Beyond the limit none is added: such a search is refused.
  private mutating func number(of question: SearchQuestion) -> Int {
    if let same = questions.firstIndex(of: question) { return same }
    if questions.count <= MessageSearch.textLimit { questions.append(question) }
    return questions.count - 1
  }

  /// RFC 6203 §3: how to match is up to us. Each word by itself, in any order, Arabic as it is spoken.
  private mutating func fuzzy(_ place: SearchQuestion.Place, _ text: String) -> SearchMatcher.Test {
    let words = SearchNeedle.words(of: text)
    if words.isEmpty { return ask(SearchQuestion(place, SearchNeedle(text, form: .arabic))) }
    var tests: [SearchMatcher.Test] = []
    for word in words {
      let inside = number(of: SearchQuestion(place, word))
      tests.append(.question(inside))
      // Other header fields are looked into one by one: whole words there are not worth a second look.
      var fuzzy = SearchMatcher.FuzzyWord(inside: inside, whole: inside)
      if case .field = place {} else { fuzzy.whole = number(of: SearchQuestion(place, word, whole: true)) }
      if case .text = place { fuzzy.subject = number(of: SearchQuestion(.column(.subject), word)) }
      fuzzyWords.append(fuzzy)
    }
    return .all(tests)
  }

  private mutating func fuzzy(_ key: SearchKey) -> SearchMatcher.Test {
    let before = isFuzzy
    isFuzzy = true
    defer { isFuzzy = before }
    return test(key)
  }

  // MARK: What the table knows

  private func identity(_ key: SearchKey) -> SearchMatcher.Test {
    switch key {
    case .set(let set):
      // RFC 5182 §2.1: `$` stands for messages, whatever the numbers are that it is used among.
      set.isSavedResult ? .uid(facts.saved) : .index(set.resolved(largest: UInt32(view.table.count)))
    case .uid(let set):
      set.isSavedResult ? .uid(facts.saved) : .uid(set.resolved(largest: view.table.highestUID ?? 0))
    case .emailID(let id): email(id)
    case .threadID(let id):
      if let emails = facts.threads[id] { .record { emails.contains($0.email) } } else { .always(false) }
    default: .always(false)
    }
  }

  private func email(_ id: String) -> SearchMatcher.Test {
    let foreign = view.foreign
    return .record { ObjectID.email($0.email, of: foreign) == id }
  }

  private func flag(_ flag: IMAPFlag) -> SearchMatcher.Test {
    switch flag {
    case .recent: .recent
    default:
      // A keyword that the mailbox does not know is on no message.
      FlagNames.flags([flag], known: view.keywords).map { .flags($0) } ?? .always(false)
    }
  }

  // MARK: Dates

  private mutating func date(_ key: SearchKey) -> SearchMatcher.Test {
    func arrived(_ check: @escaping @Sendable (Int) -> Bool) -> SearchMatcher.Test {
      // RFC 9051 §6.4.4: its zone disregarded, so the day that FETCH tells.
      .record { check($0.arrived.civil.date.daysSinceEpoch) }
    }
    func saved(_ check: @escaping @Sendable (Int) -> Bool) -> SearchMatcher.Test {
      .record { check(MailDate(seconds: $0.savedAt).civil.date.daysSinceEpoch) }
    }
    let now = facts.now
    return switch key {
    case .before(let day): arrived { [day = day.daysSinceEpoch] in $0 < day }
    case .on(let day): arrived { [day = day.daysSinceEpoch] in $0 == day }
    case .since(let day): arrived { [day = day.daysSinceEpoch] in $0 >= day }
    case .savedBefore(let day): saved { [day = day.daysSinceEpoch] in $0 < day }
    case .savedOn(let day): saved { [day = day.daysSinceEpoch] in $0 == day }
    case .savedSince(let day): saved { [day = day.daysSinceEpoch] in $0 >= day }
    case .sentBefore(let day): ask(SearchQuestion(.sent(Int.min...day.daysSinceEpoch - 1)))
    case .sentOn(let day): ask(SearchQuestion(.sent(day.daysSinceEpoch...day.daysSinceEpoch)))
    case .sentSince(let day): ask(SearchQuestion(.sent(day.daysSinceEpoch...Int.max)))
    // RFC 5032 §3: by INTERNALDATE; "younger" includes the edge.
    case .older(let seconds): .record { $0.internalDate <= now - Int64(seconds) }
    case .younger(let seconds): .record { $0.internalDate >= now - Int64(seconds) }
    default: .always(false)
    }
  }
}
