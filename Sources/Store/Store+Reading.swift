extension Store {
  /// Derived data of many messages in one hop, in the order asked; nil where there is no such email.
  package func derived(_ emails: [EmailID], of account: AccountID) async throws(StoreFault) -> [Derived?] {
    throw .closed
  }

  /// Whole messages in one hop: as many of the leading ones as fit in `limit` bytes together, at least one.
  ///
  /// Throws `.damaged` or `.noSuchMessage` only for the first; a later bad one just ends the batch before it.
  package func contents(
    _ emails: [EmailID], of account: AccountID, limit: Int
  ) async throws(StoreFault) -> [[UInt8]] { throw .closed }

  /// One message or a part of it; `range` is clamped to the message. Reads (and checks) only the pieces it needs.
  package func content(
    _ email: EmailID, of account: AccountID, range: Range<Int>? = nil
  ) async throws(StoreFault) -> [UInt8] { throw .closed }
}
