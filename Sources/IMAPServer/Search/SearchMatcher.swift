import IMAP
import Mail
import Store

/// Decides whether messages match a search key: from the mailbox's table alone where that is enough, then from the search index, then
/// from the message itself.
///
/// Sets inside the key are resolved and texts are folded once, when it is made.
struct SearchMatcher: Sendable {
  indirect enum Test: Sendable {
    case always(Bool)
    case all([Test])
    case any([Test])
    case not(Test)
    case index(NumberSet)
    case uid(NumberSet)
    case flags(Flags)
    case recent
    case record(@Sendable (MessageRecord) -> Bool)
    /// One of `questions`.
    case question(Int)
  }

  /// A word of FUZZY: found inside words, as a whole word, in the subject.
  struct FuzzyWord: Sendable {
    var inside: Int
    var whole: Int
    var subject: Int?
  }

  let test: Test
  /// What the texts are asked.
  let questions: [SearchQuestion]
  let fuzzyWords: [FuzzyWord]
  private let view: ViewSnapshot

  init(_ key: SearchKey, view: ViewSnapshot, facts: SearchFacts) {
    self.view = view
    var compiler = SearchCompiler(view: view, facts: facts)
    test = compiler.test(key)
    questions = compiler.questions
    fuzzyWords = compiler.fuzzyWords
  }

  /// What is known besides the table.
  struct Evidence {
    var answer: SearchAnswer?
    var text: MessageText?
  }

  /// Nil when more evidence is needed.
  func matches(index: Int, record: MessageRecord, _ evidence: Evidence = Evidence()) -> Bool? {
    evaluate(test, index, record, evidence)
  }

  private func evaluate(_ test: Test, _ index: Int, _ record: MessageRecord, _ evidence: Evidence) -> Bool? {
    switch test {
    case .always(let answer): answer
    case .not(let inner): evaluate(inner, index, record, evidence).map { !$0 }
    case .all(let tests): combine(tests, index, record, evidence, decisive: false)
    case .any(let tests): combine(tests, index, record, evidence, decisive: true)
    case .index(let set): set.contains(UInt32(index + 1))
    case .uid(let set): set.contains(record.uid)
    case .flags(let flags): record.flags.isSuperset(of: flags)
    case .recent: view.isRecent(record.uid)
    case .record(let check): check(record)
    case .question(let number): ask(number, record, evidence)
    }
  }

  private func ask(_ number: Int, _ record: MessageRecord, _ evidence: Evidence) -> Bool? {
    if let known = evidence.answer?.matches(record.email, number) { return known }
    return evidence.text?.matches(questions[number])
  }

  /// AND stops at the first false, OR at the first true; an unknown counts only when nothing else decides.
  private func combine(
    _ tests: [Test], _ index: Int, _ record: MessageRecord, _ evidence: Evidence, decisive: Bool
  ) -> Bool? {
    var isUnknown = false
    for test in tests {
      guard let answer = evaluate(test, index, record, evidence) else {
        isUnknown = true
        continue
      }
      if answer == decisive { return decisive }
    }
    return isUnknown ? nil : !decisive
  }

  /// How well a message that matched fits the FUZZY words, 0 to 100 (RFC 6203 §4); 100 where only other keys were fuzzy.
  func relevancy(_ record: MessageRecord, _ evidence: Evidence) -> Int {
    if fuzzyWords.isEmpty { return 100 }
    var sum = 0
    for word in fuzzyWords where ask(word.inside, record, evidence) == true {
      sum += 30
      if ask(word.whole, record, evidence) == true { sum += 40 }
      if let subject = word.subject, ask(subject, record, evidence) != true { continue }
      sum += 30
    }
    return sum / fuzzyWords.count
  }
}

/// What a search key needs to know beyond the mailbox.
struct SearchFacts: Sendable {
  /// What `$` stands for.
  var saved: NumberSet
  /// Seconds since 1970 UTC.
  var now: Int64
  /// The form in which texts are compared outside FUZZY.
  var form: SearchNeedle.Form
  /// The emails of each thread that the key names.
  var threads: [String: Set<EmailID>] = [:]
}
