import Mail

extension SearchPart {
  /// Several parts as one, without the emails that `keeps` says no to. Nil when a part is damaged.
  static func merge(_ parts: [SearchPart], keeps: (Int64) -> Bool) -> SearchPart? {
    var merged = SearchPart()
    // Documents in ascending order of their emails, wherever they come from.
    var places: [(email: Int64, part: Int, document: Int)] = []
    for (number, part) in parts.enumerated() {
      for (document, email) in part.documents.emails.enumerated() where keeps(email) {
        places.append((email, number, document))
      }
    }
    places.sort { ($0.email, $0.part) < ($1.email, $1.part) }
    var numbers = parts.map { [UInt32?](repeating: nil, count: $0.documents.count) }
    let texts = parts.map { part in part.columns.texts.map { $0.split(separator: 0, omittingEmptySubsequences: false) }
    }
    for (number, place) in places.enumerated() {
      // The same email twice (a part written again after a crash) counts once.
      if number > 0, places[number - 1].email == place.email { continue }
      let from = parts[place.part].documents
      numbers[place.part][place.document] = UInt32(merged.documents.count)
      for column in texts[place.part].indices {
        guard place.document < texts[place.part][column].count else { return nil }
        merged.columns.append(Array(texts[place.part][column][place.document]), column: column)
      }
      merged.documents.append(
        place.email, day: from.days[place.document], isWhole: from.areWhole[place.document])
    }
    guard let header = merge(parts, \.header, numbers, merged.documents.count),
      let body = merge(parts, \.body, numbers, merged.documents.count)
    else { return nil }
    merged.header = header
    merged.body = body
    return merged
  }

  private static func merge(
    _ parts: [SearchPart], _ path: KeyPath<SearchPart, [UInt8]>, _ numbers: [[UInt32?]], _ count: Int
  ) -> [UInt8]? {
    var sources: [WordDictionary] = []
    for part in parts {
      guard let source = WordDictionary(part[keyPath: path], documents: part.documents.count) else { return nil }
      sources.append(source)
    }
    var writer = DictionaryWriter(documents: count)
    var next = [Int](repeating: 0, count: sources.count)
    while let word = least(sources, next) {
      var list: [UInt32] = []
      for index in sources.indices where next[index] < sources[index].count {
        let isSame = sources[index].withWord(next[index]) { $0.elementsEqual(word) }
        if !isSame { continue }
        for document in sources[index].documents(of: next[index]) {
          if let number = numbers[index][Int(document)] { list.append(number) }
        }
        next[index] += 1
      }
      if list.isEmpty { continue }
      list.sort()
      word.withUnsafeBufferPointer { writer.add($0, list[...]) }
    }
    return writer.finish()
  }

  /// The least of the words that come next.
  private static func least(_ sources: [WordDictionary], _ next: [Int]) -> [UInt8]? {
    var best: Int?
    for index in sources.indices where next[index] < sources[index].count {
      guard let current = best else {
        best = index
        continue
      }
      let isLess = sources[index].withWord(next[index]) { new in
        sources[current].withWord(next[current]) { WordList.isLess(new, $0) }
      }
      if isLess { best = index }
    }
    return best.map { index in sources[index].withWord(next[index]) { Array($0) } }
  }
}
