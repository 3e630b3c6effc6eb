import Directory
import IMAP
import Mail
import Store

/// The namespace of other people's mailboxes (RFC 2342): `Other Users/local@domain/INBOX`.
///
/// The address is that of the owner's account, its domain in the letters people read (U-labels); A-labels and domain aliases find it
/// too. docs/decisions.md says why.
enum OtherUsers {
  static let root = "Other Users"
  static let prefix = root + "/"

  /// Names that nobody's own mailbox gets.
  static func holds(_ name: String) -> Bool { name == root || name.hasPrefix(prefix) }

  /// The address and the name behind it (empty for the account itself); nil for a name outside, or one without an address.
  static func split(_ name: String) -> (address: String, path: String)? {
    guard name.hasPrefix(prefix) else { return nil }
    let rest = name.dropFirst(prefix.count)
    // A local part may hold "/", a domain may not.
    guard let at = rest.firstIndex(of: "@") else { return nil }
    let end = rest[at...].firstIndex(of: "/") ?? rest.endIndex
    return (String(rest[..<end]), String(rest[end...].dropFirst()))
  }

  /// The name under which others see a mailbox of the account with this address.
  static func name(_ path: String, of address: String) -> String {
    var shown = address
    do throws(AddressError) { shown = try EmailAddress.parse(address).displayText } catch {}
    return path.isEmpty ? prefix + shown : prefix + shown + "/" + path
  }
}

/// A mailbox by a name that a client used: whose it is, and what this client's user may do there.
package struct NamedMailbox: Sendable {
  /// As this user sees it: somebody else's has its full name, no role, and only those children that he may see.
  var info: MailboxInfo
  let owner: AccountID
  let rights: AccessRights
  /// Its name in its owner's own tree.
  let path: String

  /// Throws `.noPermission` without these rights; `.noSuchMailbox` where even its being there is not to be told (RFC 4314 §6).
  func needs(_ needed: AccessRights) throws(StoreFault) {
    if rights.isSuperset(of: needed) { return }
    throw rights.isDisjoint(with: .showing) ? .noSuchMailbox : .noPermission
  }
}

/// Finds the mailboxes that a user's client names.
struct MailboxFinder: Sendable {
  let store: Store
  let directory: Directory
  let account: AccountID

  /// The mailbox, by its own name or another one. Throws `.noSuchMailbox`, also for one whose being there is not to be told.
  func find(_ name: MailboxName) async throws(StoreFault) -> NamedMailbox {
    guard let (owner, path) = foreign(name.text) else { return try await own(name) }
    if owner.account == account.raw { return try await own(MailboxName(path)) }
    let id = AccountID(raw: owner.account)
    let info: MailboxInfo
    do throws(StoreFault) {
      info = try await store.mailbox(named: path, of: id)
    } catch {
      throw error == .noSuchAccount ? .noSuchMailbox : error
    }
    let rights = store.rights(of: account, in: info.id, of: id)
    if rights.isDisjoint(with: .showing) { throw .noSuchMailbox }
    var shown = Self.shown(info, of: owner.address)
    if info.hasChildren {
      shown.hasChildren = try await store.mailboxes(of: id).contains {
        $0.name.hasPrefix(info.name + "/") && store.rights(of: account, in: $0.id, of: id).contains(.lookup)
      }
    }
    return NamedMailbox(info: shown, owner: id, rights: rights, path: info.name)
  }

  private func own(_ name: MailboxName) async throws(StoreFault) -> NamedMailbox {
    let info = try await store.mailbox(asked: name, of: account)
    let rights = store.rights(of: account, in: info.id, of: account)
    return NamedMailbox(info: info, owner: account, rights: rights, path: info.name)
  }

  /// Whose tree a name leads to, and the name in it; nil for this user's own. Accounts that were closed are nobody's.
  func foreign(_ name: String) -> (owner: AccountInfo, path: String)? {
    guard let (address, path) = OtherUsers.split(name), let owner = directory.snapshot.accountNamed(address) else {
      return nil
    }
    return (owner, path)
  }

  /// All mailboxes of others that this user may see, by owner and name. `subscribed`: the names that he subscribed to.
  func shared(_ subscribed: Set<String>) async throws(StoreFault) -> [NamedMailbox] {
    var found: [NamedMailbox] = []
    for owner in store.owners(sharingWith: account) {
      guard let address = directory.snapshot.account(owner.raw)?.address else { continue }
      let all: [MailboxInfo]
      do throws(StoreFault) { all = try await store.mailboxes(of: owner) } catch .noSuchAccount { continue }
      for info in all {
        let rights = store.rights(of: account, in: info.id, of: owner)
        guard rights.contains(.lookup) else { continue }
        var shown = Self.shown(info, of: address)
        shown.isSubscribed = subscribed.contains(shown.name)
        found.append(NamedMailbox(info: shown, owner: owner, rights: rights, path: info.name))
      }
    }
    // RFC 4314 §4: what is not listed is as if it were not there; so are children.
    let parents = Set(found.flatMap { MailboxName($0.info.name).ancestors().map(\.text) })
    for index in found.indices { found[index].info.hasChildren = parents.contains(found[index].info.name) }
    return found
  }

  /// Roles are each account's own: a client must find exactly one Sent.
  private static func shown(_ info: MailboxInfo, of address: String) -> MailboxInfo {
    var shown = info
    shown.name = OtherUsers.name(info.name, of: address)
    shown.role = nil
    shown.isSubscribed = false
    shown.hasChildren = false
    return shown
  }
}

extension CommandContext {
  var finder: MailboxFinder { MailboxFinder(store: store, directory: service.directory, account: account) }

  /// The mailbox that a command names, its own or somebody else's. Throws `.noSuchMailbox`.
  func mailbox(_ name: MailboxName) async throws(StoreFault) -> NamedMailbox { try await finder.find(name) }

  /// The flags that this user may set there; those of his own where members have an own state and he may read.
  func changeableFlags(_ mailbox: NamedMailbox) -> Flags {
    let isOwn = store.stateMode(of: mailbox.info.id, of: mailbox.owner) == .own
    return isOwn && mailbox.rights.contains(.read) ? mailbox.rights.flags.union(.own) : mailbox.rights.flags
  }

  /// Who owns a mailbox, where that is somebody else (for object ids).
  func foreign(_ owner: AccountID) -> AccountID? { owner == account ? nil : owner }
}
