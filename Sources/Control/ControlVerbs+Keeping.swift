internal import Directory
internal import Glibc
internal import Phrases
internal import Postroom
internal import Store

// Removed mail, time travel, import and export.
extension ControlVerbs {
  /// address, mailbox?
  func listDeleted(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, _) = try owner(arguments)
    let mailbox = try arguments.optionalText("mailbox")
    let messages = try await keeping(mailbox) { () throws(StoreFault) in
      try await store.deletedMessages(mailbox, of: account)
    }
    let rows = messages.map { message -> ControlValue in
      [
        "number": .text("\(message.mailbox.raw).\(message.uid)"), "mailbox": .text(message.mailboxName),
        "subject": .text(message.subject), "bytes": .int(Int64(message.size)), "removedAt": .int(message.removedAt),
        "cause": .text(message.cause.rawValue), "date": .int(message.internalDate),
      ]
    }
    return (rows.isEmpty ? .listEmpty : nil, .list(rows))
  }

  /// address, and one of: numbers, mailbox, all
  func restoreDeleted(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, _) = try owner(arguments)
    let choice = try choice(arguments)
    let report = try await keeping(try arguments.optionalText("mailbox")) { () throws(StoreFault) in
      try await store.restoreDeleted(choice, of: account)
    }
    return (.deletedRestored(report.restored), row(report))
  }

  /// address, and one of: numbers, mailbox, all
  func purgeDeleted(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, _) = try owner(arguments)
    let choice = try choice(arguments)
    let count = try await keeping(try arguments.optionalText("mailbox")) { () throws(StoreFault) in
      try await store.purgeDeleted(choice, of: account)
    }
    return (.deletedPurged(count), ["purged": .int(Int64(count))])
  }

  /// address, at, mailbox?, message?, keepNewer?
  func restoreMail(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, _) = try owner(arguments)
    let text = try arguments.text("at")
    let now = Int64(time(nil))
    guard let moment = Moment.parse(text, now: now) else { throw ControlRefusal(.momentInvalid(text)) }
    if moment > now { throw ControlRefusal(.momentAhead) }
    if let number = try arguments.optionalText("message") {
      let name = try Self.name(number)
      let report = try await keeping(nil) { () throws(StoreFault) in
        try await store.restoreDeleted(.messages([name]), of: account)
      }
      return (.deletedRestored(report.restored), row(report))
    }
    // What was removed before is gone for good, so nobody could say what the mail was then.
    if moment < now - store.recoverableDays * 86_400 { throw ControlRefusal(.momentTooOld(Int(store.recoverableDays))) }
    let mailbox = try arguments.optionalText("mailbox")
    let keepsNewer = try arguments.flag("keepNewer")
    let language = try arguments.optionalText("language").flatMap(Language.init(rawValue:)) ?? .english
    let newer = keepsNewer ? nil : Phrase.newerMailbox(Self.shown(moment)).text(in: language)
    let report = try await keeping(mailbox) { () throws(StoreFault) in
      try await store.restore(to: moment, mailbox, newer: newer, of: account)
    }
    return (.restoredToMoment(report.restored, report.movedBack, report.setAside), row(report))
  }

  /// address, path, format?, into?, again?, job?
  func importMail(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, _) = try owner(arguments)
    let path = try arguments.text("path")
    let format = try arguments.word("format", TransferFormat.self)
    let into = try arguments.optionalText("into") ?? "INBOX"
    let again = try arguments.flag("again")
    let (tell, end) = try telling(arguments)
    defer { end() }
    let importer = Importer(store: store, account: account, limit: store.messageLimit)
    let report = try await transferring { () throws(TransferFault) in
      try await importer.run(path, format: format, into: into, again: again, progress: tell)
    }
    // What an import took once it leaves out the next time.
    let isNew = again || report.messages + report.skipped > 0
    let phrase: Phrase =
      !isNew
      ? .importNothingNew(path)
      : report.keywordsLeftOut == 0
        ? .importDone(report.messages, report.mailboxes, report.skipped)
        : .importDoneWithoutKeywords(report.messages, report.mailboxes, report.skipped, report.keywordsLeftOut)
    return (phrase, row(report))
  }

  /// address, path, format?, mailbox?, job?
  func exportMail(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account, _) = try owner(arguments)
    let path = try arguments.text("path")
    let format = try arguments.word("format", TransferFormat.self) ?? .maildir
    let mailbox = try arguments.optionalText("mailbox")
    let (tell, end) = try telling(arguments)
    defer { end() }
    let exporter = Exporter(store: store, account: account)
    let report = try await transferring { () throws(TransferFault) in
      try await exporter.run(path, format: format, mailbox: mailbox, progress: tell)
    }
    return (.exportDone(report.messages, report.mailboxes, report.skipped), row(report))
  }

  /// job
  func showProgress(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    guard let now = progress.of(try arguments.text("job")) else { return (nil, .null) }
    return (nil, ["done": .int(now.done), "total": .int(now.total)])
  }

  // MARK: Arguments

  /// The store, and the account that "address" names.
  func owner(_ arguments: ControlArguments) throws(ControlRefusal) -> (Store, AccountID, String) {
    let address = try arguments.text("address")
    let store = try openStore()
    guard let found = directory.snapshot.accountNamed(address) else { throw ControlRefusal(.accountUnknown(address)) }
    return (store, AccountID(raw: found.account), found.address)
  }

  func openStore() throws(ControlRefusal) -> Store {
    guard let store else { throw ControlRefusal(.serverNotRunning) }
    return store
  }

  /// What notes the progress under the caller's name for it, and what ends that.
  func telling(_ arguments: ControlArguments) throws(ControlRefusal) -> (WorkProgress, () -> Void) {
    guard let job = try arguments.optionalText("job") else { return ({ _, _ in }, {}) }
    let progress = progress
    return ({ progress.set(job, $0, $1) }, { progress.end(job) })
  }

  private func choice(_ arguments: ControlArguments) throws(ControlRefusal) -> DeletedChoice {
    let numbers = try arguments.texts("numbers")
    if !numbers.isEmpty {
      var names: [DeletedName] = []
      for number in numbers { names.append(try Self.name(number)) }
      return .messages(names)
    }
    if let mailbox = try arguments.optionalText("mailbox") { return .mailbox(mailbox) }
    if try arguments.flag("all") { return .all }
    throw ControlRefusal(.choiceMissing)
  }

  private static func name(_ number: String) throws(ControlRefusal) -> DeletedName {
    let parts = number.split(separator: ".")
    guard parts.count == 2, let mailbox = Int64(parts[0]), let uid = UID(parts[1]) else {
      throw ControlRefusal(.messageNumberInvalid(number))
    }
    return DeletedName(MailboxID(raw: mailbox), uid)
  }

  /// For a mailbox's name: no "/" and no ":" that programs stumble over.
  private static func shown(_ moment: Int64) -> String {
    var seconds = time_t(moment)
    var parts = tm()
    localtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return
      "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)).\(two(parts.tm_min))"
  }

  // MARK: Answers

  private func row(_ report: RestoreReport) -> ControlValue {
    [
      "restored": .int(Int64(report.restored)), "movedBack": .int(Int64(report.movedBack)),
      "setAside": .int(Int64(report.setAside)), "mailboxes": .list(report.mailboxes.map { .text($0) }),
    ]
  }

  private func row(_ report: TransferReport) -> ControlValue {
    [
      "messages": .int(Int64(report.messages)), "mailboxes": .int(Int64(report.mailboxes)),
      "bytes": .int(report.bytes), "skipped": .int(Int64(report.skipped)),
      "keywordsLeftOut": .int(Int64(report.keywordsLeftOut)),
    ]
  }

  /// Runs a function of the store and puts its fault in words. `naming`: what is said where it is not the data folder's.
  func keeping<Value>(
    _ mailbox: String?, naming: (String) -> Phrase = { .dataFault($0) }, _ body: () async throws(StoreFault) -> Value
  ) async throws(ControlRefusal) -> Value {
    do throws(StoreFault) { return try await body() } catch {
      switch error {
      case .noSuchMailbox, .badMailboxName: throw ControlRefusal(.mailboxUnknown(mailbox ?? ""))
      case .noSuchMessage: throw ControlRefusal(.messageUnknown)
      case .overQuota: throw ControlRefusal(.quotaTooSmall)
      case .domainOverQuota: throw ControlRefusal(.domainQuotaTooSmall)
      case .damaged, .io: throw ControlRefusal(naming(error.description))
      default: throw ControlRefusal(error.phrase)
      }
    }
  }

  /// Usual reasons in words of our own.
  private static func unreadable(_ path: String, _ reason: String) -> Phrase {
    if access(path, F_OK) != 0, errno == ENOENT || errno == ENOTDIR { return .fileMissing(path) }
    return access(path, R_OK) == 0 ? .transferUnreadable(path, reason) : .fileForbidden(path)
  }

  private func transferring<Value>(
    _ body: () async throws(TransferFault) -> Value
  ) async throws(ControlRefusal) -> Value {
    do throws(TransferFault) { return try await body() } catch {
      switch error {
      case .unreadable(let path, let reason): throw ControlRefusal(Self.unreadable(path, reason))
      case .unwritable(let path, let reason): throw ControlRefusal(.transferUnwritable(path, reason))
      case .unknownFormat(let path): throw ControlRefusal(.transferUnknown(path))
      case .changed(let path): throw ControlRefusal(.transferChanged(path))
      case .notEmpty(let path): throw ControlRefusal(.transferNotEmpty(path))
      case .store(let reason): throw ControlRefusal(.dataFault(reason))
      }
    }
  }
}
