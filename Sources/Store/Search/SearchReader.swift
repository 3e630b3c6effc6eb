import Database
import Logging

/// Answers questions from a lane's search index. Lives on one thread, keeps parts in memory.
final class SearchReader {
  private let index: SearchIndex
  private var opened: (connection: Connection, generation: Int)?
  private var parts: [Int64: LoadedPart] = [:]
  private var asked = 0

  init(_ index: SearchIndex) { self.index = index }

  deinit { opened?.connection.close() }

  /// What the index knows. A damaged index knows nothing, and is made anew.
  func answer(_ questions: [SearchQuestion], _ account: AccountID) throws(StoreFault) -> SearchAnswer {
    let ignorance = SearchAnswer(reach: 0, findings: questions.map { _ in .init() })
    // The file is not open yet.
    if index.currentGeneration == 0 { return ignorance }
    do throws(StoreFault) {
      return try connection().snapshot(
        { () throws(StoreFault) in try read(questions, account) }, mapping: StoreFault.init)
    } catch {
      close()
      switch error {
      case .damaged(let what):
        index.logger.warning("the search index is damaged and will be rebuilt", metadata: ["fault": "\(what)"])
        index.noteDamage()
      case .closed: throw error
      default: index.logger.warning("the search index cannot be read", metadata: ["fault": "\(error)"])
      }
      return ignorance
    }
  }

  private func connection() throws(StoreFault) -> Connection {
    let generation = index.currentGeneration
    if let opened, opened.generation == generation { return opened.connection }
    close()
    let made = try inStore { () throws(DatabaseFault) in try Connection(index.path, .reader, cacheKiB: 1_024) }
    opened = (made, generation)
    return made
  }

  private func close() {
    opened?.connection.close()
    opened = nil
    parts = [:]
  }

  private func read(_ questions: [SearchQuestion], _ account: AccountID) throws(StoreFault) -> SearchAnswer {
    asked += 1
    let connection = try connection()
    let values: [SQLValue] = [.int(account.raw)]
    let (reach, numbers) = try inStore { () throws(DatabaseFault) in
      (
        try connection.first(SearchSQL.reach, values) { $0.int(0) } ?? 0,
        try connection.rows(SearchSQL.parts, values) { $0.int(0) }
      )
    }
    var answer = SearchAnswer(reach: reach, findings: questions.map { _ in .init() })
    for number in numbers {
      let part = try part(number, connection)
      part.lastUse = asked
      for (place, question) in questions.enumerated() {
        try part.answer(question, &answer.findings[place]) { section throws(StoreFault) in
          try self.section(section, of: number, connection)
        }
      }
      trim()
    }
    for place in answer.findings.indices {
      answer.findings[place].certain.sort()
      answer.findings[place].possible.sort()
    }
    return answer
  }

  private func part(_ number: Int64, _ connection: Connection) throws(StoreFault) -> LoadedPart {
    if let part = parts[number] { return part }
    guard let documents = PartDocuments(try bytes(SearchSQL.documents, number, connection)) else {
      throw .damaged("part \(number)")
    }
    let made = LoadedPart(documents)
    parts[number] = made
    return made
  }

  private func section(
    _ section: LoadedPart.Section, of number: Int64, _ connection: Connection
  ) throws(StoreFault) -> [UInt8] {
    let sql =
      switch section {
      case .columns: SearchSQL.columns
      case .header: SearchSQL.header
      case .body: SearchSQL.body
      }
    return try bytes(sql, number, connection)
  }

  private func bytes(_ sql: SQL, _ number: Int64, _ connection: Connection) throws(StoreFault) -> [UInt8] {
    let found = try inStore { () throws(DatabaseFault) in
      try connection.first(sql, [.int(number)]) { row in row.withBytes(0) { PartSection.unpack($0) } }
    }
    guard let bytes = found ?? nil else { throw .damaged("part \(number)") }
    return bytes
  }

  /// Lets go of the parts that were not used for longest, down to the limit.
  private func trim() {
    var cost = parts.values.reduce(0) { $0 + $1.cost }
    while cost > index.options.searchCache, let oldest = parts.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      cost -= oldest.value.cost
      parts[oldest.key] = nil
    }
  }
}
