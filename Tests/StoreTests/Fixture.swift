import Glibc
import Logging
import Synchronization
import Testing

@testable import Store

/// A data folder that goes away with the test, and the store in it.
final class Fixture: Sendable {
  let folder: String
  private let current: Mutex<Store?>

  static let account = AccountID(raw: 1)

  init(_ options: StoreOptions = Fixture.options(), accounts: [Int64] = [1]) async throws {
    var template = Array("/tmp/barid-store-XXXXXX".utf8CString)
    folder = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    current = Mutex(nil)
    let store = try Self.open(folder, options)
    current.withLock { $0 = store }
    for account in accounts { try await store.createAccount(AccountID(raw: account), lane: Int(account) - 1) }
  }

  deinit {
    current.withLock { $0 = nil }
    Self.remove(folder)
  }

  var store: Store {
    guard let store = current.withLock({ $0 }) else { preconditionFailure("the store is closed") }
    return store
  }

  /// Closes the store and opens it again, as a new process would.
  func reopen(_ options: StoreOptions = Fixture.options()) async throws {
    await close()
    let store = try Self.open(folder, options)
    current.withLock { $0 = store }
  }

  func close() async {
    let old = current.withLock { store in
      defer { store = nil }
      return store
    }
    await old?.close()
  }

  static func options(lanes: Int = 1, _ change: (inout StoreOptions) -> Void = { _ in }) -> StoreOptions {
    var options = StoreOptions()
    options.lanes = lanes
    options.diskReserve = 0
    // Whether this machine's clock is synchronised decides about no test.
    options.clockIsSynchronised = { false }
    change(&options)
    return options
  }

  static func open(_ folder: String, _ options: StoreOptions) throws -> Store {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return try Store.open(folder, options, derive: derive, logger: logger)
  }

  /// A stand-in for the real parse: enough to see that the right derived data comes back.
  static let derive: @Sendable (UnsafeRawBufferPointer) -> Derived = { bytes in
    let first = bytes.prefix(40)
    return Derived(
      envelope: Array("(env \(bytes.count))".utf8), structure: Array("(struct)".utf8),
      preview: String(decoding: first, as: UTF8.self), sentAt: Int64(bytes.count), messageID: "id@\(bytes.count)",
      threadKeys: ["a@x", "b@x"], subject: "م")
  }

  static func remove(_ path: String) {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return }
    if facts.st_mode & S_IFMT == S_IFDIR {
      for name in (try? Folder.names(in: path)) ?? [] { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  // MARK: Short forms

  func spooled(_ bytes: [UInt8]) async throws -> SpooledMessage { try await Self.spooled(bytes, store) }

  static func spooled(_ bytes: [UInt8], _ store: Store) async throws -> SpooledMessage {
    let spool = store.spool()
    var next = 0
    while next < bytes.count {
      let end = min(bytes.count, next + 50_000)
      bytes[next..<end].withUnsafeBytes { spool.append($0) }
      if spool.needsFlush { try await spool.flush() }
      next = end
    }
    return try await spool.finish()
  }

  @discardableResult func deliver(
    _ text: String, to accounts: [Int64] = [1], sender: String = "s@x", trace: String = ""
  ) async throws -> DeliveryOutcome {
    try await store.deliver(
      try await spooled(Array(text.utf8)), trace: Array(trace.utf8), sender: sender,
      to: accounts.map { DeliveryRecipient(account: AccountID(raw: $0)) })
  }

  func inbox(_ account: Int64 = 1, claimRecent: Bool = false) async throws -> OpenMailbox {
    try await open("INBOX", account, claimRecent: claimRecent)
  }

  func open(_ name: String, _ account: Int64 = 1, claimRecent: Bool = false) async throws -> OpenMailbox {
    let account = AccountID(raw: account)
    return try await store.open(
      try await store.mailbox(named: name, of: account).id, of: account, claimRecent: claimRecent)
  }

  /// The texts in a mailbox, by UID.
  func texts(_ name: String = "INBOX", _ account: Int64 = 1) async throws -> [UID: String] {
    let mailbox = try await open(name, account)
    var texts: [UID: String] = [:]
    for record in mailbox.state.table.records {
      let bytes = try await store.content(record.email, of: AccountID(raw: account))
      #expect(bytes.count == record.size)
      texts[record.uid] = String(decoding: bytes, as: UTF8.self)
    }
    return texts
  }
}

extension MessageTable {
  var records: [MessageRecord] {
    var records: [MessageRecord] = []
    forEach { records.append($1) }
    return records
  }
  var uids: [UID] { records.map(\.uid) }
}

/// Bytes that look random and are the same every time.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}
