package import Mail

/// One condition on texts that the index is asked about.
package struct SearchQuestion: Sendable, Hashable {
  package enum Place: Sendable, Hashable {
    case column(MessageText.Column)
    /// Any other header field.
    case field(name: [UInt8])
    /// Below the header.
    case body
    /// Header and what is below it.
    case text
    /// The day of the Date field, in days since 1970.
    case sent(ClosedRange<Int>)
  }

  package var place: Place
  package var needle: SearchNeedle
  /// The needle must be a whole word; only for needles of one word.
  package var whole: Bool

  package init(_ place: Place, _ needle: SearchNeedle = SearchNeedle(""), whole: Bool = false) {
    self.place = place
    self.needle = needle
    self.whole = whole
  }
}

/// What the index knows about an account's messages. It never says no where it does not know.
package struct SearchAnswer: Sendable {
  /// Messages whose email is higher are not in the index yet.
  package var reach: Int64
  /// One for each question, in order.
  package var findings: [Finding]

  package struct Finding: Sendable {
    /// Emails that match, ascending.
    var certain: [Int64] = []
    /// Emails that may match: their text decides. Ascending.
    var possible: [Int64] = []
  }

  /// Whether the email matches question `number`; nil when its text must be looked at.
  package func matches(_ email: EmailID, _ number: Int) -> Bool? {
    if email.raw > reach { return nil }
    if findings[number].certain.holds(email.raw) { return true }
    return findings[number].possible.holds(email.raw) ? nil : false
  }

  /// The emails that surely match question `number`, ascending.
  package func certain(_ number: Int) -> [EmailID] { findings[number].certain.map { EmailID(raw: $0) } }

  /// The emails that may match question `number` and must be looked into, ascending.
  package func possible(_ number: Int) -> [EmailID] { findings[number].possible.map { EmailID(raw: $0) } }
}

extension [Int64] {
  /// For an ascending array.
  fileprivate func holds(_ value: Int64) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == value
  }
}
