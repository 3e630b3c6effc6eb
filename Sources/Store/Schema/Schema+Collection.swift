extension Schema {
  /// Version 2: what blob collection and segment compaction remember.
  ///
  /// `unnamed`: blobs whose last email or queue entry may have gone; a sweep decides. `segment`: those that compaction made (1),
  /// emptied (2: the file may go), found damaged and keeps (3) or removed (4: the number is not used again).
  static let collection = """
    CREATE TABLE unnamed (
      scope INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (scope, hash)) STRICT, WITHOUT ROWID;
    CREATE TABLE segment (number INTEGER PRIMARY KEY, state INTEGER NOT NULL, used INTEGER NOT NULL) STRICT;
    CREATE INDEX gone_by_email ON gone (a, email);
    """
}

/// `segment.state`.
enum SegmentState: Int64 {
  case packed = 1
  case emptied = 2
  case damaged = 3
  case removed = 4
}
