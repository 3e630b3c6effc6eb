/// One step of a schema: brings a database from `version` - 1 to `version`, in SQLite's dialect.
package struct Migration: Sendable {
  package var version: Int
  package var script: String

  package init(version: Int, script: String) {
    self.version = version
    self.script = script
  }
}

extension Connection {
  /// The schema version of the file; 0 = new and empty.
  package func schemaVersion() throws(DatabaseFault) -> Int { Int(try pragma("PRAGMA user_version")) ?? 0 }

  /// Brings the file to the newest version, each step durable by itself. `steps` ascend from version 1 without gaps.
  ///
  /// Throws `.newer` and touches nothing when the file's version is higher than the newest step.
  package func migrate(_ steps: [Migration]) throws(DatabaseFault) {
    let found = try schemaVersion()
    let known = steps.last?.version ?? 0
    if found > known {
      throw DatabaseFault(
        .newer(found: found, known: known),
        "\(path) was made by a newer Barid (format \(found); this program knows up to \(known)): use that Barid or a newer one"
      )
    }
    for step in steps where step.version > found {
      try transaction { () throws(DatabaseFault) in
        try script(step.script)
        try script("PRAGMA user_version = \(step.version)")
      }
    }
  }
}
