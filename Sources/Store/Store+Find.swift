import Mail

/// Where a message that was found is.
package struct FoundPlace: Sendable, Equatable {
  package var mailbox: MailboxID
  package var uid: UID
  package var flags: Flags
  package var size: Int
  /// Seconds since 1970 UTC.
  package var internalDate: Int64
}

/// A message that a person's search found.
package struct FoundMessage: Sendable {
  package var email: EmailID
  /// 1 to 100, 100 is best.
  package var relevancy: Int
  package var places: [FoundPlace]
  package var derived: Derived
}

extension Store {
  /// Finds an account's messages that have every word of `text`, however Arabic is spelt (`SearchNeedle.words`): best first, then newest.
  ///
  /// Messages that are in no mailbox are left out. Those that are not indexed yet are looked into. At most `limit` are returned;
  /// `total` counts all.
  package func find(
    _ text: String, in mailbox: MailboxID? = nil, of account: AccountID, limit: Int
  ) async throws(StoreFault) -> (total: Int, messages: [FoundMessage]) {
    let needles = SearchNeedle.words(of: text)
    if needles.isEmpty { return (0, []) }
    let answer = try await search(Self.questions(needles), of: account)
    var scores = Self.scores(answer, needles.count)
    let unknown = Set((0..<needles.count * 3).flatMap { answer.possible($0) })
    try await look(into: unknown.sorted(), needles, account, &scores)
    // Behind the index: look into them all.
    var last = EmailID(raw: answer.reach)
    while !Task.isCancelled {
      let after = last
      let next = try await lane(of: account).read { reader throws(StoreFault) in
        try reader.following(after.raw, account, limit: 256).map(\.email)
      }
      guard let newest = next.last else { break }
      try await look(into: next, needles, account, &scores)
      last = newest
    }
    return try await show(scores, in: mailbox, of: account, limit: limit)
  }

  /// Three for each needle: inside a word of header or body, a whole word there, in the subject.
  private static func questions(_ needles: [SearchNeedle]) -> [SearchQuestion] {
    needles.flatMap { needle in
      [
        SearchQuestion(.text, needle), SearchQuestion(.text, needle, whole: true),
        SearchQuestion(.column(.subject), needle),
      ]
    }
  }

  /// Emails that surely have every needle, with their scores added up.
  private static func scores(_ answer: SearchAnswer, _ count: Int) -> [EmailID: Int] {
    var scores: [EmailID: Int] = [:]
    for number in 0..<count {
      let whole = Set(answer.certain(number * 3 + 1))
      let subject = Set(answer.certain(number * 3 + 2))
      var next: [EmailID: Int] = [:]
      for email in answer.certain(number * 3) where number == 0 || scores[email] != nil {
        next[email] = (scores[email] ?? 0) + score(isWhole: whole.contains(email), isInSubject: subject.contains(email))
      }
      scores = next
    }
    return scores.mapValues { $0 / count }
  }

  private static func score(isWhole: Bool, isInSubject: Bool) -> Int {
    30 + (isWhole ? 40 : 0) + (isInSubject ? 30 : 0)
  }

  private func look(
    into emails: [EmailID], _ needles: [SearchNeedle], _ account: AccountID, _ scores: inout [EmailID: Int]
  ) async throws(StoreFault) {
    let decoder = CharsetDecoder()
    var next = 0
    while next < emails.count, !Task.isCancelled {
      let contents: [[UInt8]]
      do throws(StoreFault) {
        contents = try await self.contents(Array(emails[next...].prefix(256)), of: account, limit: 4 << 20)
      } catch {
        switch error {
        // Gone or damaged: it matches nothing.
        case .noSuchMessage, .damaged:
          next += 1
          continue
        default: throw error
        }
      }
      for content in contents {
        scores[emails[next]] = Self.score(MessageText(content, decoder: decoder), needles)
        next += 1
      }
    }
  }

  private static func score(_ text: MessageText, _ needles: [SearchNeedle]) -> Int? {
    var sum = 0
    let subject = ArabicFold.fold(text.column(.subject).span)
    let all = ArabicFold.fold((text.header + text.body).span)
    for needle in needles {
      guard text.headerContains(needle) || text.bodyContains(needle) else { return nil }
      sum += score(
        isWhole: SearchWords.has(needle.core, in: all), isInSubject: SearchNeedle.contains(subject, needle.core))
    }
    return sum / needles.count
  }

  private func show(
    _ scores: [EmailID: Int], in mailbox: MailboxID?, of account: AccountID, limit: Int
  ) async throws(StoreFault) -> (total: Int, messages: [FoundMessage]) {
    let ranked = scores.sorted { ($0.value, $0.key) > ($1.value, $1.key) }
    return try await lane(of: account).read { reader throws(StoreFault) in
      try reader.together { () throws(StoreFault) in
        var total = 0
        var messages: [FoundMessage] = []
        for (email, score) in ranked {
          let places = try reader.places(of: email, account).filter { mailbox == nil || $0.mailbox == mailbox }
          if places.isEmpty { continue }
          total += 1
          if messages.count >= limit { continue }
          guard let derived = try reader.derived(email, account) else { continue }
          messages.append(
            FoundMessage(email: email, relevancy: min(100, max(1, score)), places: places, derived: derived))
        }
        return (total, messages)
      }
    }
  }
}
