import Mail

/// A part of the index in memory, its sections read when a question first needs them. One thread at a time.
final class LoadedPart {
  enum Section: Int { case columns, header, body }

  /// Reads a section; nil when it is damaged or gone.
  typealias Load = (Section) throws(StoreFault) -> [UInt8]

  let documents: PartDocuments
  private var columns: PartColumns?
  private var header: WordDictionary?
  private var body: WordDictionary?
  /// Where each document's text begins in each column; one more at the end.
  private var columnStarts: [[UInt32]] = []
  /// Columns in their second form, with their starts.
  private var arabicColumns: [Int: (text: [UInt8], starts: [UInt32])] = [:]
  /// About how many bytes of memory it holds.
  private(set) var cost: Int
  /// When it was last used, in questions.
  var lastUse = 0

  init(_ documents: PartDocuments) {
    self.documents = documents
    cost = documents.count * 16
  }

  // MARK: Answers

  /// Adds what this part knows to the answer.
  func answer(
    _ question: SearchQuestion, _ finding: inout SearchAnswer.Finding, load: Load
  ) throws(StoreFault) {
    switch question.place {
    case .sent(let days):
      for (index, day) in documents.days.enumerated() where day != PartDocuments.noDay && days.contains(Int(day)) {
        finding.certain.append(documents.emails[index])
      }
    case .column(let column): try answer(column, question, &finding, load)
    case .field(let name): try candidates(name, question.needle, &finding, load)
    case .body: try words([try body(load)], question, &finding)
    case .text: try words([try header(load), try body(load)], question, &finding)
    }
  }

  private func answer(
    _ column: MessageText.Column, _ question: SearchQuestion, _ finding: inout SearchAnswer.Finding, _ load: Load
  ) throws(StoreFault) {
    let columns = try columns(load)
    let needle = question.needle
    let before = finding.certain.count
    var (text, starts) = (columns.texts[column.rawValue], columnStarts[column.rawValue])
    if needle.form == .arabic {
      let made = arabicColumns[column.rawValue] ?? (ArabicFold.fold(text.span), [])
      let found = made.starts.isEmpty ? (made.text, Self.starts(made.text)) : made
      if arabicColumns.updateValue(found, forKey: column.rawValue) == nil { cost += found.0.count + 4 * found.1.count }
      (text, starts) = found
    }
    let (words, isOneWord) = needle.pieces
    if needle.isEmpty {
      for index in 0..<documents.count where starts[index + 1] - starts[index] > 1 {
        finding.certain.append(documents.emails[index])
      }
      return
    }
    // A line end stands between the texts of several fields here, and nowhere in a field.
    if needle.bytes.contains(0x0A) { return finding.possible += documents.emails }
    // One word: the text decides, articles or not. A phrase in its second form: the words choose, each text decides.
    let isPhrase = needle.form == .arabic && !isOneWord
    let first = isPhrase ? (words.max { $0.count < $1.count } ?? needle.bytes) : needle.core
    Matches.forEach(of: first, in: text, starts) { index in
      if question.whole || isPhrase {
        let own = Array(text[Int(starts[index])..<Int(starts[index + 1]) - 1])
        let fits = question.whole ? SearchWords.has(needle.core, in: own) : needle.isIn(exact: own, arabic: own)
        if !fits { return }
      }
      finding.certain.append(documents.emails[index])
    }
    addUnfinished(&finding, from: before)
  }

  /// Messages that are not wholly indexed may match although no text said so; certain ones of this part begin at `start`.
  private func addUnfinished(_ finding: inout SearchAnswer.Finding, from start: Int) {
    guard documents.areWhole.contains(false) else { return }
    let certain = Set(finding.certain[start...])
    for (index, isWhole) in documents.areWhole.enumerated() where !isWhole && !certain.contains(documents.emails[index])
    {
      finding.possible.append(documents.emails[index])
    }
  }

  /// Header fields without a column: the words of all fields choose the messages to look into.
  private func candidates(
    _ name: [UInt8], _ needle: SearchNeedle, _ finding: inout SearchAnswer.Finding, _ load: Load
  ) throws(StoreFault) {
    // Asked whether the field is there: its name is among the words.
    let asked = needle.isEmpty ? SearchNeedle(String(decoding: name, as: UTF8.self)) : needle
    let words = asked.pieces.words
    if words.isEmpty { return finding.possible += documents.emails }
    let header = try header(load)
    var set = Self.documents(words, asked.form, [header], documents.count)
    addUnfinished(&set)
    finding.possible += set.numbers.map { documents.emails[Int($0)] }
  }

  private func words(
    _ dictionaries: [WordDictionary], _ question: SearchQuestion, _ finding: inout SearchAnswer.Finding
  ) throws(StoreFault) {
    let (words, isOneWord) = question.needle.pieces
    if words.isEmpty { return finding.possible += documents.emails }
    var set: DocumentSet
    if question.whole, isOneWord {
      set = DocumentSet(count: documents.count)
      for dictionary in dictionaries {
        set.formUnion(dictionary.documents(containing: words[0], form: question.needle.form, whole: true))
      }
    } else {
      set = Self.documents(words, question.needle.form, dictionaries, documents.count)
    }
    guard isOneWord, words[0].count <= SearchWords.needleLength else {
      addUnfinished(&set)
      finding.possible += set.numbers.map { documents.emails[Int($0)] }
      return
    }
    let before = finding.certain.count
    finding.certain += set.numbers.map { documents.emails[Int($0)] }
    addUnfinished(&finding, from: before)
  }

  /// Documents that have each of the words inside one of theirs.
  private static func documents(
    _ words: [[UInt8]], _ form: SearchNeedle.Form, _ dictionaries: [WordDictionary], _ count: Int
  ) -> DocumentSet {
    var result: DocumentSet?
    for word in words {
      // In a word that was cut into pieces only so much of a needle is sure to be in one of them.
      let part = word.count <= SearchWords.needleLength ? word : SearchWords.beginning(of: word)
      var set = DocumentSet(count: count)
      for dictionary in dictionaries { set.formUnion(dictionary.documents(containing: part, form: form)) }
      if var sum = result {
        sum.formIntersection(set)
        result = sum
      } else {
        result = set
      }
      if result?.isEmpty == true { break }
    }
    return result ?? DocumentSet(count: count)
  }

  private func addUnfinished(_ set: inout DocumentSet) {
    for (index, isWhole) in documents.areWhole.enumerated() where !isWhole { set.insert(index) }
  }

  // MARK: Sections

  private func columns(_ load: Load) throws(StoreFault) -> PartColumns {
    if let columns { return columns }
    let count = MessageText.Column.allCases.count
    guard let made = PartColumns(try load(.columns), columns: count) else {
      throw .damaged("a part of the search index")
    }
    let starts = made.texts.map { Self.starts($0) }
    guard starts.allSatisfy({ $0.count == documents.count + 1 }) else { throw .damaged("a part of the search index") }
    columns = made
    columnStarts = starts
    cost += made.texts.reduce(0) { $0 + $1.count } + count * 4 * documents.count
    return made
  }

  private static func starts(_ text: [UInt8]) -> [UInt32] {
    var starts: [UInt32] = [0]
    for (index, byte) in text.enumerated() where byte == 0 { starts.append(UInt32(index + 1)) }
    return starts
  }

  private func header(_ load: Load) throws(StoreFault) -> WordDictionary {
    if let header { return header }
    let made = try dictionary(try load(.header))
    header = made
    return made
  }

  private func body(_ load: Load) throws(StoreFault) -> WordDictionary {
    if let body { return body }
    let made = try dictionary(try load(.body))
    body = made
    return made
  }

  private func dictionary(_ bytes: [UInt8]) throws(StoreFault) -> WordDictionary {
    guard let made = WordDictionary(bytes, documents: documents.count) else {
      throw .damaged("a part of the search index")
    }
    cost += made.cost
    return made
  }
}

/// Finds a needle in texts that lie side by side.
enum Matches {
  /// Calls `body` for each text that holds `needle`, once, ascending. `starts` has one more at the end.
  static func forEach(of needle: [UInt8], in text: [UInt8], _ starts: [UInt32], _ body: (Int) -> Void) {
    var at = 0
    var index = 0
    while let found = StoreBytes.find(needle, in: text, from: at) {
      // Hits ascend; texts between them are passed in steps that double.
      var step = 1
      while index + step < starts.count, Int(starts[index + step]) <= found {
        index += step
        step *= 2
      }
      while step > 0 {
        if index + step < starts.count, Int(starts[index + step]) <= found { index += step } else { step /= 2 }
      }
      if index + 1 >= starts.count { return }
      body(index)
      at = Int(starts[index + 1])
      index += 1
    }
  }
}
