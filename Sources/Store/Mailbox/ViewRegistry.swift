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
    var entries: [MailboxKey: Entry] = [:]
    /// Used last, newest at the end: kept although nobody has them open.
    var kept: [MailboxView] = []
  }

  /// Views kept for the next session, and how many messages they may hold together.
  private static let keptViews = 256
  private static let keptRows = 400_000

  private let content = Mutex(Content())

  /// The view, if it is there; keeps it a while longer.
  func view(_ key: MailboxKey) -> MailboxView? {
    content.withLock { content in
      guard let view = content.entries[key]?.view else { return nil }
      Self.keep(view, &content)
      return view
    }
  }

  /// Asks for the view. True: the caller must load it and then call `loaded`.
  func ask(_ key: MailboxKey, _ answer: @escaping @Sendable (Result<MailboxView, StoreFault>) -> Void) -> Bool {
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
    _ key: MailboxKey, batch: Int64, _ result: Result<MailboxState, StoreFault>,
    make: (MailboxState) -> MailboxView
  ) {
    let (waiting, answer) = content.withLock {
      content -> ([@Sendable (Result<MailboxView, StoreFault>) -> Void], Result<MailboxView, StoreFault>) in
      let loading = content.entries[key]?.loading ?? Loading()
      switch result {
      case .failure(let fault):
        content.entries[key] = nil
        return (loading.waiting, .failure(fault))
      case .success(var state):
        for edit in loading.edits where edit.batch > batch { state.apply(edit.edit) }
        if state.isDeleted {
          content.entries[key] = nil
          return (loading.waiting, .failure(.noSuchMailbox))
        }
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
        guard let entry = content.entries[key] else { continue }
        if let view = entry.view {
          wakes += view.publish { $0.apply(edit) }
          if edit.isDeleted {
            content.entries[key] = nil
            content.kept.removeAll { $0 === view }
          }
        } else if entry.loading != nil {
          content.entries[key]?.loading?.edits.append((batch, edit))
        } else {
          content.entries[key] = nil
        }
      }
      return wakes
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
    if let modseq = edit.highestModseq { highestModseq = modseq }
    if let keywords = edit.keywords { self.keywords = keywords }
    if edit.isDeleted { isDeleted = true }
  }
}
