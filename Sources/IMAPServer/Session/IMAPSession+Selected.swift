import Directory
import IMAP
import Net
import Store

// The selected mailbox: what SELECT tells, and every change after it.
extension IMAPSession {
  mutating func open(
    _ tag: String, _ select: IMAPCommand.Select, isReadOnly: Bool, _ account: AccountID, _ output: inout Output
  ) -> Step<Outcome> {
    if view != nil {
      view = nil
      savedResult = NumberSet()
      // RFC 9051 §7.1 CLOSED: what follows is about the new mailbox.
      write(&output) { $0.status(.ok, .closed, "The previous mailbox is closed") }
    }
    return run(tag, account) { await SelectCommand(select: select, isReadOnly: isReadOnly, context: $0).run() }
  }

  /// RFC 9051 §6.3.2, RFC 3501 §6.3.1: FLAGS, EXISTS, RECENT, UNSEEN, PERMANENTFLAGS, UIDNEXT, UIDVALIDITY.
  mutating func select(_ selection: Selection, _ output: inout Output) {
    let waker = waker
    let owner = selection.mailbox.account
    let visit =
      owner == selection.member ? nil : service.directory.visit(owner.raw, .imap) { waker.interrupt() }
    let view = MailboxView(
      selection.mailbox, state: selection.state, info: selection.info, member: selection.member,
      rights: selection.rights, isReadOnly: selection.isReadOnly, visit: visit
    ) { waker.wake() }
    write(&output) { responses in
      responses.flags(FlagNames.all(view.knownKeywords))
      responses.exists(UInt32(view.known.count))
      // RFC 9051 App. E items 10 to 12: LIST instead of RECENT and UNSEEN.
      if !modes.rev2 { responses.recent(UInt32(view.recentCount)) }
      if !modes.rev2, !modes.uidOnly, let unseen = view.firstUnseen {
        responses.status(.ok, .unseen(UInt32(unseen + 1)), "First unseen")
      }
      responses.status(.ok, view.permanentFlags, "Flags that stay")
      if modes.rev2 { listSelected(selection, &responses) }
      responses.status(.ok, .uidNext(view.first.uidNext), "Predicted next UID")
      responses.status(.ok, .uidValidity(view.first.uidValidity), "UIDs valid")
      // RFC 7162 §3.1.2.1: of the state that was just told, so that nothing later is missed.
      responses.status(.ok, .highestModSequence(max(1, view.first.highestModseq)), "Highest")
      let id = ObjectID.mailbox(view.info.id, view.first.uidValidity, of: view.foreign)
      responses.status(.ok, .mailboxID(id), "Mailbox id")
    }
    if let resync = selection.resync { tell(resync, view, &output) }
    savedResult = NumberSet()
    self.view = view
  }

  /// RFC 9051 §6.3.2: the name that the mailbox really has, with the one given where they differ.
  private func listSelected(_ selection: Selection, _ responses: inout ResponseWriter) {
    let name = MailboxName(selection.info.name)
    responses.list(
      name, attributes: ListCommand.attributes(of: selection.info),
      oldName: selection.asked == name ? nil : selection.asked)
  }

  /// RFC 7162 §3.2.5.1: what vanished, then what changed.
  private func tell(_ resync: Resynchronized, _ view: MailboxView, _ output: inout Output) {
    var responses = ResponseWriter(usesUTF8: modes.usesUTF8)
    responses.vanished(resync.vanished, earlier: true)
    var texts = FlagTexts(view.knownKeywords)
    for index in resync.changed {
      writeFlags(index, view.known[index], view, &texts, &responses)
      Self.pass(&responses, to: &output)
    }
    output.write(responses.bytes)
  }

  /// IDLE (RFC 2177): everything that changes is told at once until DONE.
  mutating func idle(_ tag: String, _ output: inout Output) -> Step<Outcome> {
    idleTag = tag
    framer.isLineMode = true
    write(&output) { $0.continuation(Array("idling".utf8)) }
    guard notifications?.isQuiet != true else { return .proceed }
    return reportChanges(&output) ? .proceed : bye(goneWords, &output)
  }

  /// RFC 7162 §3.1: from now on MODSEQ goes with every change of flags. A first time in the selected state tells
  /// HIGHESTMODSEQ; SELECT always does, but that may have been long ago.
  mutating func enableCondstore(_ output: inout Output) {
    if modes.condstore { return }
    modes.condstore = true
    guard let view else { return }
    write(&output) { $0.status(.ok, .highestModSequence(max(1, view.toldModseq)), "Highest") }
  }

  /// Why the client is sent away (RFC 2180 §3.3, RFC 4314 §5.1.1).
  var goneWords: String {
    guard let view, !view.mailbox.state.isDeleted, !view.isOwnerGone else { return "The selected mailbox was deleted" }
    return view.rights.contains(.read)
      ? "What members keep for themselves has changed, please select the mailbox again"
      : "You may no longer read the selected mailbox"
  }

  /// Tells what changed, in IDLE; false when the mailbox is gone.
  mutating func reportChanges(mayExpunge: Bool = true, _ output: inout Output) -> Bool {
    guard var update = view?.update(mayExpunge: mayExpunge) else { return true }
    if update.isGone { return false }
    if notifications?.tellsFlags == false { update.changed = [] }
    report(update, stored: nil, &output)
    return true
  }

  /// Tells what changed at the end of one command or of several together; false when the mailbox is gone.
  mutating func reportChanges(_ commands: [FinishedCommand], _ output: inout Output) -> Bool {
    if view == nil { return true }
    let stored = StoredChanges(commands.lazy.map(\.reply))
    if let notifications, notifications.isQuiet, stored == nil {
      // RFC 5465 §3.1: only what the client's own command did, and a mailbox that is gone.
      guard case .expunged? = commands.last?.reply.effect else { return view?.isGone != true }
    }
    var update = view?.update(mayExpunge: commands.allSatisfy(\.mayExpunge)) ?? ViewUpdate()
    if update.isGone { return false }
    if notifications?.tellsFlags == false, stored == nil { update.changed = [] }
    report(update, stored: stored, &output)
    return true
  }

  /// RFC 9051 §7.5: removals first, from the last to the first so that numbers stay true, then EXISTS, then flags.
  private mutating func report(_ update: ViewUpdate, stored: StoredChanges?, _ output: inout Output) {
    guard let view else { return }
    var responses = ResponseWriter(usesUTF8: modes.usesUTF8)
    if update.newKeywords != nil {
      responses.flags(FlagNames.all(view.knownKeywords))
      responses.status(.ok, view.permanentFlags, "Flags that stay")
    }
    if modes.tellsVanished {
      responses.vanished(NumberSet(ascending: update.vanished.map(\.uid)))
    } else {
      for gone in update.vanished.reversed() {
        responses.expunge(UInt32(gone.oldIndex + 1))
        Self.pass(&responses, to: &output)
      }
    }
    if let exists = update.exists { responses.exists(UInt32(exists)) }
    if let recent = update.recent, !modes.rev2 { responses.recent(UInt32(recent)) }
    var texts = FlagTexts(view.knownKeywords)
    for change in update.changed {
      // RFC 9051 §6.4.6: .SILENT keeps back the client's own change. RFC 7162 §3.1.3: its mod-sequence is told nevertheless.
      let before = stored == nil ? nil : update.flagsBefore(change.record.uid)
      if let stored, stored.isKnown(change.record, before: before, view.knownKeywords) {
        if modes.condstore { writeModSequence(change.index, change.record, &responses) }
      } else {
        writeFlags(change.index, change.record, view, &texts, &responses)
      }
      Self.pass(&responses, to: &output)
    }
    if let stored {
      for index in Self.unchanged(stored.told, update, view) {
        writeFlags(index, view.known[index], view, &texts, &responses)
        Self.pass(&responses, to: &output)
      }
      for index in Self.unchanged(stored.confirmed, update, view) {
        writeModSequence(index, view.known[index], &responses)
        Self.pass(&responses, to: &output)
      }
    }
    output.write(responses.bytes)
  }

  /// Long reports go on in pieces, so that they are in memory once, not twice.
  private static func pass(_ responses: inout ResponseWriter, to output: inout Output) {
    guard responses.bytes.count >= 32 << 10 else { return }
    output.write(responses.bytes)
    responses.bytes.removeAll(keepingCapacity: true)
  }

  /// Where those of `uids` are that the update does not tell of: a STORE answers for them although nothing changed.
  private static func unchanged(_ uids: [UID], _ update: ViewUpdate, _ view: MailboxView) -> [Int] {
    var changed = update.changed.makeIterator()
    var next = changed.next()
    return uids.compactMap { uid in
      while let told = next, told.record.uid < uid { next = changed.next() }
      return next?.record.uid == uid ? nil : view.known.index(of: uid)
    }
  }

  private func writeModSequence(_ index: Int, _ record: MessageRecord, _ responses: inout ResponseWriter) {
    begin(index, record, &responses)
    responses.fetchModSequence(record.modseq)
    responses.endFetch()
  }

  /// The start of an unsolicited FETCH response. RFC 7162 §3.2.4, RFC 9051 App. E item 21, RFC 5465 §5.1: with the UID, always.
  private func begin(_ index: Int, _ record: MessageRecord, _ responses: inout ResponseWriter) {
    if modes.uidOnly { return responses.beginUIDFetch(record.uid) }
    responses.beginFetch(UInt32(index + 1))
    if speaksUID || modes.qresync || modes.rev2 || notifications?.isQuiet == false { responses.fetchUID(record.uid) }
  }

  private func writeFlags(
    _ index: Int, _ record: MessageRecord, _ view: MailboxView, _ texts: inout FlagTexts,
    _ responses: inout ResponseWriter
  ) {
    begin(index, record, &responses)
    if modes.condstore { responses.fetchModSequence(record.modseq) }
    responses.fetchFlags(text: texts.text(record.flags, isRecent: !modes.rev2 && view.recent.contains(record.uid)))
    responses.endFetch()
  }
}

extension ViewUpdate {
  /// The flags that the client knew of; nil for a message that it did not know.
  func flagsBefore(_ uid: UID) -> Flags? { before.index(of: uid).map { before.flags(at: $0) } }
}

extension MailboxView {
  /// RFC 9051 §7.1: what a client can change for good, and whether it can invent keywords.
  var permanentFlags: ResponseCode {
    if isReadOnly { return .permanentFlags([], allowsNew: false) }
    let rights = toldRights
    let system = FlagNames.systemFlags(mailbox.changeableFlags(of: member))
    // RFC 4314 §5.1.1: only what this user may change.
    guard rights.contains(.write) else { return .permanentFlags(system, allowsNew: false) }
    return .permanentFlags(
      system + knownKeywords.map(IMAPFlag.keyword), allowsNew: knownKeywords.count < Flags.keywordLimit)
  }

  /// The index of the first message without \Seen.
  var firstUnseen: Int? { known.firstIndex(without: .seen) }
}
