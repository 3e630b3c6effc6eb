import Directory
import Logging
import Net
import POP3
import Store

// The UPDATE state (RFC 1939 §6): what was taken is remembered, what was marked is removed.
extension POP3Session {
  /// QUIT: only now is anything removed, and +OK is said after it is durable.
  mutating func update(_ output: inout Output) -> Step<Outcome> {
    guard let open else { return .close }
    let maildrop = open.maildrop
    let deleted = machine.deleted.indices.map { maildrop[$0].item }
    if deleted.isEmpty, taken.isEmpty {
      release()
      return perform(machine.updated(complete: true), &output)
    }
    // What the owner says now, not what held at log-in; the folder is the session's.
    let rules = service.directory.snapshot.popRules(of: open.principal.account, at: service.now())
    var policy = rules.policy(of: open.principal.deviceKey)
    policy.folder = open.policy.folder
    var update = POPUpdate(
      mailbox: maildrop.mailbox.id, account: maildrop.account, device: open.principal.deviceKey, peer: peer.address,
      table: maildrop.table, retention: rules.retention(of: policy))
    update.taken = Array(taken)
    update.takenBytes = takenBytes
    update.deleted = deleted
    update.deletion = policy.storeDeletion
    update.marksSeen = policy.marksSeen == true
    let (store, entry, now) = (service.store, entry, service.now)
    let ready = update
    return .run { out in
      do {
        // What was asked for in front of QUIT must have left before it counts as taken.
        try await out.flush()
        try Task.checkCancellation()
      } catch { return .abandoned }
      // A password that was taken away meanwhile removes nothing.
      if entry?.isOver(at: now()) == true { return .abandoned }
      do throws(StoreFault) {
        return .updated(.success(try await store.popUpdate(ready)))
      } catch {
        return .updated(.failure(error))
      }
    }
  }

  /// RFC 1939 §6: the lock is free before the client reads the reply, however long the connection stays.
  private mutating func release() { open = nil }

  mutating func finishUpdate(_ result: Result<POPRemoval, StoreFault>, _ output: inout Output) -> Step<Outcome> {
    var facts: Logger.Metadata = [
      "connection": "\(peer.id)", "user": "\(open?.principal.name ?? "")",
      "device": "\(open?.principal.device ?? "unknown")", "service": "pop3",
    ]
    release()
    switch result {
    case .failure(let fault):
      facts["reason"] = "\(fault)"
      service.logger.error("messages not removed", metadata: facts)
      return perform(machine.updated(complete: false), &output)
    case .success(let removal):
      facts["taken"] = "\(taken.count)"
      facts["removed"] = "\(removal.removed)"
      facts["freed"] = "\(removal.freedBytes)"
      service.logger.info("maildrop updated", metadata: facts)
      if removal.isFlagged {
        service.logger.warning("two programs seem to use one device password", metadata: facts)
      }
      return perform(machine.updated(complete: !removal.isIncomplete), &output)
    }
  }
}

extension POPPolicy {
  var storeDeletion: POPDeletion {
    switch deletion {
    case .archive?: .archive
    case .delete?: .delete
    case .trash?, nil: .trash
    }
  }
}

extension POPRules {
  /// The policies of everybody whose maildrop is the same folder.
  func retention(of policy: POPPolicy) -> POPRetention {
    let members = devices.filter { $0.policy.folder == policy.folder }.map { device in
      POPRetention.Member(
        device: device.key, since: device.createdAt, keeping: device.policy.storeKeeping,
        isAlone: device.policy.counted == .device)
    }
    return POPRetention(members: members, isGroup: account.isGroup == true, deletion: account.storeDeletion)
  }

  /// One policy for each folder that is somebody's maildrop.
  var folders: [POPPolicy] {
    var seen: Set<String> = []
    return devices.map(\.policy).filter { seen.insert($0.folder ?? "INBOX").inserted }
  }
}

extension POPPolicy {
  var storeKeeping: POPRetention.Keeping {
    switch keeping {
    case .forever?, nil: .forever
    case .afterDownload(let days)?: .afterDownload(days: days)
    case .afterArrival(let days)?: .afterArrival(days: days)
    }
  }
}
