import Synchronization

/// The open mailboxes of one lane. Views live as long as a session has them, and a little longer for the next one.
final class ViewRegistry: Sendable {
  private struct Entry {
    weak var view: MailboxView?
    /// Set while a reader fills the view: what batches did meanwhile.
    var loading: Loading?
  }
  private struct Loading {
    var edits: [(batch: Int64, edit: MailboxEdit)] = []
    var waiting: [@Sendable (Result<MailboxView, StoreFault>) -> Void] = []
  }
  private struct Content {
    var entries: [ViewKey: Entry] = [:]
    /// The members whose own views are among the entries.
    var members: [MailboxKey: Set<AccountID>] = [:]
    /// Used last, newest at the end: kept although nobody has them open.
    var kept: [MailboxView] = []

    mutating func drop(_ key: ViewKey) {
      entries[key] = nil
      guard let member = key.member else { return }
      members[key.mailbox]?.remove(member)
      if members[key.mailbox]?.isEmpty == true { members[key.mailbox] = nil }
    }

    /// The table on the arrays of another member's view, where they are the same: what members have of their own is flags.
    func sharing(_ table: MessageTable, _ key: ViewKey) -> MessageTable {
      for member in members[key.mailbox] ?? [] where member != key.member {
        if let view = entries[ViewKey(key.mailbox, member)]?.view { return table.sharing(with: view.state.table) }
      }
      return table
    }
  }

  /// Views kept for the next session, and how many messages they may hold together.
  private static let keptViews = 256
  private static let keptRows = 400_000

  private let content = Mutex(Content())

  /// The view, if it is there; keeps it a while longer.
  func view(_ key: ViewKey) -> MailboxView? {
    content.withLock { content in
      guard let view = content.entries[key]?.view else { return nil }
      Self.keep(view, &content)
      return view
    }
  }

  /// Asks for the view. True: the caller must load it and then call `loaded`.
  func ask(_ key: ViewKey, _ answer: @escaping @Sendable (Result<MailboxView, StoreFault>) -> Void) -> Bool {
    enum Step {
      case ready(MailboxView)
      case wait, load
    }
    let step = content.withLock { content -> Step in
      if let view = content.entries[key]?.view { return .ready(view) }
      let isFirst = content.entries[key]?.loading == nil
      var entry = content.entries[key] ?? Entry()
      var loading = entry.loading ?? Loading()
      loading.waiting.append(answer)
      entry.loading = loading
      content.entries[key] = entry
      if let member = key.member { content.members[key.mailbox, default: []].insert(member) }
      return isFirst ? .load : .wait
    }
    switch step {
    case .ready(let view):
      answer(.success(view))
      return false
    case .wait: return false
    case .load: return true
    }
  }

  /// Ends a load: what batches after `batch` did while it ran is added first.
  func loaded(
    _ key: ViewKey, batch: Int64, _ result: Result<MailboxState, StoreFault>,
    make: (MailboxState) -> MailboxView
  ) {
    let (waiting, answer) = content.withLock {
      content -> ([@Sendable (Result<MailboxView, StoreFault>) -> Void], Result<MailboxView, StoreFault>) in
      let loading = content.entries[key]?.loading ?? Loading()
      switch result {
      case .failure(let fault):
        content.drop(key)
        return (loading.waiting, .failure(fault))
      case .success(var state):
        for edit in loading.edits where edit.batch > batch { state.apply(edit.edit, for: key.member) }
        if state.isDeleted {
          content.drop(key)
          return (loading.waiting, .failure(.noSuchMailbox))
        }
        if key.member != nil { state.table = content.sharing(state.table, key) }
        let view = make(state)
        content.entries[key] = Entry(view: view, loading: nil)
        Self.keep(view, &content)
        return (loading.waiting, .success(view))
      }
    }
    for wake in waiting { wake(answer) }
  }

  /// Shows a durable batch to everybody who has its mailboxes open; whom to wake.
  func publish(_ edits: [MailboxKey: MailboxEdit], batch: Int64) -> [@Sendable () -> Void] {
    content.withLock { content in
      var wakes: [@Sendable () -> Void] = []
      for (key, edit) in edits {
        publish(edit, ViewKey(key), batch, &content, &wakes)
        guard !content.members.isEmpty, let members = content.members[key] else { continue }
        for member in members { publish(edit, ViewKey(key, member), batch, &content, &wakes) }
      }
      return wakes
    }
  }

  private func publish(
    _ edit: MailboxEdit, _ key: ViewKey, _ batch: Int64, _ content: inout Content,
    _ wakes: inout [@Sendable () -> Void]
  ) {
    guard let entry = content.entries[key] else { return }
    if let view = entry.view {
      wakes += view.publish { $0.apply(edit, for: key.member) }
      if edit.isDeleted || edit.isReplaced || key.member.flatMap({ edit.members[$0] })?.isReplaced == true {
        content.drop(key)
        content.kept.removeAll { $0 === view }
      }
    } else if entry.loading != nil {
      content.entries[key]?.loading?.edits.append((batch, edit))
    } else {
      content.drop(key)
    }
  }

  private static func keep(_ view: MailboxView, _ content: inout Content) {
    if content.kept.last === view { return }
    content.kept.removeAll { $0 === view }
    content.kept.append(view)
    var rows = content.kept.reduce(0) { $0 + $1.rowCount }
    while content.kept.count > keptViews || (rows > keptRows && content.kept.count > 1) {
      rows -= content.kept[0].rowCount
      content.kept.removeFirst()
    }
  }
}

extension MailboxState {
  mutating func apply(_ edit: MailboxEdit) {
    table = table.applying(edit.table)
    if let uidNext = edit.uidNext { self.uidNext = uidNext }
    if let modseq = edit.highestModseq { highestModseq = max(highestModseq, modseq) }
    if let keywords = edit.keywords { self.keywords = keywords }
    if edit.isDeleted { isDeleted = true }
    if edit.isReplaced { isReplaced = true }
  }
}
