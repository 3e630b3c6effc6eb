extension CommandReader {
  /// UID EXPUNGE (RFC 4315 §2.1)
  mutating func uidExpungeCommand() throws(SyntaxError) -> SequenceSet {
    try space()
    return try sequenceSet()
  }
}
