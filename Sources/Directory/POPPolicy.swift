/// What POP3 does with mail, for a whole account or for one device. nil: not said here.
///
/// What is said nowhere is `standard`, which loses nothing: mail stays for ever, DELE is recoverable, nothing is hidden.
package struct POPPolicy: Hashable, Sendable {
  /// What DELE means.
  package enum Deletion: String, Sendable, CaseIterable { case archive, trash, delete }

  package enum Keeping: Hashable, Sendable {
    case forever
    case afterDownload(days: Int)
    case afterArrival(days: Int)

    /// Days after which mail may go; nil: never.
    package var days: Int? {
      switch self {
      case .forever: nil
      case .afterDownload(let days), .afterArrival(let days): days
      }
    }
  }

  /// Whose downloads count for `Keeping`.
  package enum Counted: String, Sendable, CaseIterable { case all, device }

  package var deletion: Deletion?
  package var keeping: Keeping?
  package var counted: Counted?
  /// RETR marks \Seen.
  package var marksSeen: Bool?
  /// The name of the mailbox that is the maildrop.
  package var folder: String?
  /// Clients that never ask for UIDL see only what is new to their device.
  package var onlyNew: Bool?
  /// The device already has everything that arrived before: seconds since 1970 UTC.
  package var hasBefore: Int64?
  /// A group's mailbox: DELE is each device's own. For accounts only.
  package var isGroup: Bool?
  /// When the owner said that the devices keep copies of their own.
  package var confirmedAt: Int64?

  package init() {}

  package static let standard = {
    var policy = POPPolicy()
    policy.deletion = .trash
    policy.keeping = .forever
    policy.counted = .all
    policy.marksSeen = false
    policy.folder = "INBOX"
    policy.onlyNew = false
    policy.isGroup = false
    return policy
  }()

  package var isEmpty: Bool { self == POPPolicy() }

  /// This policy, with what it does not say taken from `other`.
  package func or(_ other: POPPolicy) -> POPPolicy {
    var result = self
    result.deletion = deletion ?? other.deletion
    // How long and whose downloads go together.
    if keeping == nil {
      result.keeping = other.keeping
      result.counted = other.counted
      result.confirmedAt = other.confirmedAt
    } else {
      result.counted = counted ?? Self.standard.counted
    }
    result.marksSeen = marksSeen ?? other.marksSeen
    result.folder = folder ?? other.folder
    result.onlyNew = onlyNew ?? other.onlyNew
    result.hasBefore = hasBefore ?? other.hasBefore
    result.isGroup = isGroup ?? other.isGroup
    return result
  }

  /// Days are taken up to this: history is kept a little longer.
  package static let mostDays = 365
}

// How a policy is kept: "name=value" lines.
extension POPPolicy {
  var text: String? {
    var lines: [String] = []
    if let deletion { lines.append("dele=\(deletion.rawValue)") }
    switch keeping {
    case .forever?: lines.append("keep=forever")
    case .afterDownload(let days)?: lines.append("keep=download:\(days)")
    case .afterArrival(let days)?: lines.append("keep=arrival:\(days)")
    case nil: break
    }
    if let counted { lines.append("counted=\(counted.rawValue)") }
    if let marksSeen { lines.append("seen=\(marksSeen ? 1 : 0)") }
    if let folder { lines.append("folder=\(folder)") }
    if let onlyNew { lines.append("new=\(onlyNew ? 1 : 0)") }
    if let hasBefore { lines.append("before=\(hasBefore)") }
    if let isGroup { lines.append("group=\(isGroup ? 1 : 0)") }
    if let confirmedAt { lines.append("confirmed=\(confirmedAt)") }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// Lines that are not understood are passed over: a newer Barid may have written them.
  init(text: String?) {
    for line in (text ?? "").split(separator: "\n") {
      guard let mark = line.firstIndex(of: "=") else { continue }
      let value = String(line[line.index(after: mark)...])
      switch line[..<mark] {
      case "dele": deletion = Deletion(rawValue: value)
      case "keep": keeping = Keeping(text: value)
      case "counted": counted = Counted(rawValue: value)
      case "seen": marksSeen = value == "1"
      case "folder": folder = value
      case "new": onlyNew = value == "1"
      case "before": hasBefore = Int64(value)
      case "group": isGroup = value == "1"
      case "confirmed": confirmedAt = Int64(value)
      default: break
      }
    }
  }
}

extension POPPolicy.Keeping {
  init?(text: String) {
    let parts = text.split(separator: ":")
    if text == "forever" {
      self = .forever
    } else if parts.count == 2, let days = Int(parts[1]), days >= 0 {
      switch parts[0] {
      case "download": self = .afterDownload(days: days)
      case "arrival": self = .afterArrival(days: days)
      default: return nil
      }
    } else {
      return nil
    }
  }
}

/// Everything that POP3 must know of an account: its policy and those of its devices that may use POP3.
package struct POPRules: Hashable, Sendable {
  package struct Device: Hashable, Sendable {
    package var key: Int64
    package var name: String
    package var createdAt: Int64
    /// With everything that the account and the standard add.
    package var policy: POPPolicy
  }

  /// For the account password, and where a device says nothing.
  package var account: POPPolicy
  package var devices: [Device]

  package func policy(of device: Int64) -> POPPolicy { devices.first { $0.key == device }?.policy ?? account }

  /// The fewest days that mail is sure to stay, of all sessions; nil: nothing but DELE removes anything.
  package var fewestDays: Int? { ([0] + devices.map(\.key)).compactMap { expire(of: $0) }.min() }

  /// What EXPIRE says to a session of this device (RFC 2449 §6.7); nil: NEVER. 0 is the promise that QUIT removes what was retrieved:
  /// where others must agree, or `removes` is false, it is 1.
  package func expire(of device: Int64, removes: Bool = true) -> Int? {
    guard let least = ([account] + devices.map(\.policy)).compactMap({ $0.keeping?.days }).min() else { return nil }
    return least == 0 && !(removes && isAtOnce(device)) ? 1 : least
  }

  /// QUIT of this device removes what it retrieved.
  private func isAtOnce(_ device: Int64) -> Bool {
    guard let policy = devices.first(where: { $0.key == device })?.policy, policy.keeping?.days == 0 else {
      return false
    }
    let sharers = devices.count { $0.policy.folder == policy.folder }
    return sharers == 1 || (policy.counted == .device && account.isGroup != true)
  }

  /// Something other than DELE may remove mail.
  package var removes: Bool { fewestDays != nil || account.isGroup == true }
}
