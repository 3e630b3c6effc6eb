import Database

extension LaneTransaction {
  /// The thread that a message with these keys joins, its own number when it starts one.
  ///
  /// All its keys lead to that thread from now on, so that messages meet whose common ancestor never came.
  func thread(of email: EmailID, _ keys: [Int64], _ account: AccountID) throws(StoreFault) -> Int64 {
    // A message without a Message-ID is a thread of its own.
    guard !keys.isEmpty else { return email.raw }
    var thread: Int64?
    var unknown: [Int64] = []
    let select = try prepare(MessageSQL.threadOfKey)
    for key in keys {
      select.bind(1, account.raw)
      select.bind(2, key)
      let found = try inStore { () throws(DatabaseFault) -> Int64? in
        guard try select.step() else { return nil }
        defer { select.reset() }
        return select.int(0)
      }
      guard let found else {
        unknown.append(key)
        continue
      }
      thread = thread ?? found
    }
    let joined = thread ?? email.raw
    let insert = try prepare(MessageSQL.insertThreadKey)
    for key in unknown {
      insert.bind(1, account.raw)
      insert.bind(2, key)
      insert.bind(3, joined)
      try inStore { () throws(DatabaseFault) in try insert.run() }
    }
    return joined
  }
}

extension LaneTransaction {
  /// Puts derived data that was made anew in the place of the old; nothing when the email is gone meanwhile.
  func replaceDerived(_ email: EmailID, _ derived: Derived, _ account: AccountID) throws(StoreFault) {
    let isThere = try inStore { () throws(DatabaseFault) in
      try connection.first(MessageSQL.hasEmail, [.int(account.raw), .int(email.raw)]) { _ in true }
    }
    guard isThere == true else { return }
    willChange()
    derivedAnew[account, default: []].append(email)
    try run(
      MessageSQL.setDerived,
      [
        .int(account.raw), .int(email.raw), .int(Self.derivedVersion), .bytes(derived.envelope),
        .bytes(derived.structure), .text(derived.preview), .text(derived.subject), .optional(derived.messageID),
        .optional(derived.threadKeys.isEmpty ? nil : derived.threadKeys.joined(separator: " ")),
      ])
    let known = try inStore { () throws(DatabaseFault) in
      try connection.first(MessageSQL.emailThread, [.int(account.raw), .int(email.raw)]) { $0.optionalInt(0) }
    }
    let thread: Int64
    if let known, let known {
      thread = known
    } else {
      thread = try self.thread(of: email, derived.threadHashes, account)
    }
    try run(MessageSQL.setSent, [.int(account.raw), .int(email.raw), .optional(derived.sentAt), .int(thread)])
  }
}
