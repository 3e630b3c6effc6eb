import IMAP
import Mail
import Store
import Synchronization

/// Where everything of one long message is, found by reading it once.
struct MessageLayout: Sendable {
  let structure: MIMEStructure
  /// Octets as the client sees them.
  let size: Int
  /// Set where the client sees another form than the stored one (RFC 6857).
  let downgraded: Downgraded?

  struct Downgraded: Sendable {
    let pieces: [Downgrade.Piece]
    let envelope: [UInt8]
    let structure: [UInt8]
  }

  init(_ message: [UInt8]) {
    structure = MIMEScanner.scan(message)
    size = message.count
    downgraded = nil
  }

  init(downgrading original: [UInt8]) {
    let pieces = Downgrade.pieces(of: original.span, MIMEScanner.scan(original)) ?? [.original(0..<original.count)]
    let message = Downgrade.joined(pieces, original)
    let span = message.span
    structure = MIMEScanner.scan(span)
    size = message.count
    downgraded = Downgraded(
      pieces: pieces, envelope: EnvelopeText.render(HeaderBlock(scanning: span), in: span),
      structure: BodyStructureText.render(structure, span, extensible: true))
  }

  /// Bytes of memory, about.
  var cost: Int {
    var cost = structure.parts.count * MemoryLayout<MIMEPart>.stride + 256
    guard let downgraded else { return cost }
    cost += downgraded.envelope.count + downgraded.structure.count
    for piece in downgraded.pieces {
      cost += MemoryLayout<Downgrade.Piece>.stride
      if case .replaced(let octets) = piece { cost += octets.count + 32 }
    }
    return cost
  }
}

/// The layouts of messages that clients looked into lately: an attachment that is fetched in pieces is scanned once, not once a piece.
final class MessageLayouts: Sendable {
  private struct Key: Hashable {
    var account: AccountID
    var email: EmailID
    var size: Int
    var isDowngraded: Bool
  }

  private struct Kept {
    var layouts: [Key: (layout: MessageLayout, use: Int)] = [:]
    var cost = 0
    var uses = 0
    /// Messages that turned out to be damaged while they were sent.
    var suspects: [Key] = []
  }

  /// What whole messages and long headers take while they are looked into.
  let budget = ByteBudget(128 << 20)
  /// Bytes of layouts that are kept.
  private static let limit = 16 << 20
  private static let mostSuspects = 1_000
  private let kept = Mutex(Kept())

  /// The layout of a message; `isDowngraded`: as a client without UTF8=ACCEPT sees it.
  func layout(
    of record: MessageRecord, in account: AccountID, _ store: Store, isDowngraded: Bool
  ) async throws(StoreFault) -> MessageLayout {
    let key = Key(account: account, email: record.email, size: record.size, isDowngraded: isDowngraded)
    if let known = known(key) { return known }
    return try await budget.holding(record.size * (isDowngraded ? 2 : 1)) { () async throws(StoreFault) in
      // Somebody else may have found it meanwhile.
      if let known = known(key) { return known }
      let layout = try await Self.read(record, account, store, isDowngraded)
      keep(layout, key)
      return layout
    }
  }

  /// Off the event loop: scanning takes a millisecond a megabyte.
  private static func read(
    _ record: MessageRecord, _ account: AccountID, _ store: Store, _ isDowngraded: Bool
  ) async throws(StoreFault) -> MessageLayout {
    let message = try await store.content(record.email, of: account)
    return await withTaskExecutorPreference(globalConcurrentExecutor) {
      isDowngraded ? MessageLayout(downgrading: message) : MessageLayout(message)
    }
  }

  private func known(_ key: Key) -> MessageLayout? {
    kept.withLock { kept in
      guard let found = kept.layouts[key] else { return nil }
      kept.uses += 1
      kept.layouts[key]?.use = kept.uses
      return found.layout
    }
  }

  private func keep(_ layout: MessageLayout, _ key: Key) {
    let cost = layout.cost
    if cost > Self.limit / 4 { return }
    kept.withLock { kept in
      kept.uses += 1
      if kept.layouts.updateValue((layout, kept.uses), forKey: key) == nil { kept.cost += cost }
      while kept.cost > Self.limit, let oldest = kept.layouts.min(by: { $0.value.use < $1.value.use }) {
        kept.cost -= oldest.value.layout.cost
        kept.layouts[oldest.key] = nil
      }
    }
  }

  // MARK: Damage

  /// A message could not be read to its end although its beginning was sent: next time it is looked through first.
  func suspect(_ record: MessageRecord, of account: AccountID) {
    let key = Key(account: account, email: record.email, size: record.size, isDowngraded: false)
    kept.withLock { kept in
      if kept.suspects.contains(key) { return }
      if kept.suspects.count == Self.mostSuspects { kept.suspects.removeFirst() }
      kept.suspects.append(key)
    }
  }

  func isSuspect(_ record: MessageRecord, of account: AccountID) -> Bool {
    let key = Key(account: account, email: record.email, size: record.size, isDowngraded: false)
    return kept.withLock { $0.suspects.contains(key) }
  }
}
