/// The known name that a mistyped one most likely meant.
enum NearestName {
  /// The nearest of `names`, where a third of it or less would have to change.
  static func of(_ word: String, in names: [String]) -> String? {
    let best = names.map { (name: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
    guard let best, best.distance <= max(2, best.name.utf8.count / 3) else { return nil }
    return best.name
  }

  /// Levenshtein distance in UTF-8 octets; words are cut at 100.
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8.prefix(100))
    let right = Array(right.utf8.prefix(100))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let substituted = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}
