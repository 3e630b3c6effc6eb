extension Store {
  /// Asks the search index about an account's messages, in one hop. What it does not know yet, the caller must look into.
  package func search(_ questions: [SearchQuestion], of account: AccountID) async throws(StoreFault) -> SearchAnswer {
    try await lane(of: account).search.ask(questions, of: account)
  }

  /// Returns when everything that is published now is indexed. For tests, measurements and `store reindex`.
  package func searchSettled() async {
    for lane in lanes { await lane.search.settled() }
  }

  /// Bytes of the search index on disk.
  package var searchDiskSize: Int { lanes.reduce(0) { $0 + $1.search.diskSize } }

  /// The emails of a thread (RFC 8474 THREADID), ascending.
  package func emails(inThread thread: Int64, of account: AccountID) async throws(StoreFault) -> [EmailID] {
    try await lane(of: account).read { reader throws(StoreFault) in try reader.emails(inThread: thread, account) }
  }

  /// The threads of many emails in one hop, in the order asked; nil where there is none.
  package func threads(of emails: [EmailID], of account: AccountID) async throws(StoreFault) -> [Int64?] {
    try await lane(of: account).read { reader throws(StoreFault) in
      try reader.together { () throws(StoreFault) in
        try emails.mapFaulty { email throws(StoreFault) in try reader.thread(of: email, account) }
      }
    }
  }
}
