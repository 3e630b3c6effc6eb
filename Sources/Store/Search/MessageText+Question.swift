package import Mail

extension MessageText {
  /// The answer to a question from the message itself.
  package func matches(_ question: SearchQuestion) -> Bool {
    let needle = question.needle
    switch question.place {
    case .sent(let days): return sentDay.map { days.contains($0) } ?? false
    case .field(let name): return hasField(name, containing: needle)
    case .column(let column):
      if question.whole { return hasWord(needle, in: self.column(column)) }
      return hasColumn(column, containing: needle)
    case .body: return question.whole ? hasWord(needle, in: body) : bodyContains(needle)
    case .text:
      if question.whole { return hasWord(needle, in: header) || hasWord(needle, in: body) }
      return headerContains(needle) || bodyContains(needle)
    }
  }

  private func hasWord(_ needle: SearchNeedle, in text: [UInt8]) -> Bool {
    switch needle.form {
    case .exact: SearchWords.has(needle.core, in: text)
    case .arabic: SearchWords.has(needle.core, in: ArabicFold.fold(text.span))
    }
  }
}
