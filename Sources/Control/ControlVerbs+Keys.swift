internal import Directory
internal import Glibc
internal import MailAuth
internal import Phrases

extension ControlVerbs {
  /// name
  func listKeys(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let name = try arguments.text("name")
    let keys = try await asking { () throws(DirectoryError) in try directory.keys(of: name) }
    return (keys.isEmpty ? .listEmpty : nil, Self.value(of: keys, name))
  }

  /// name, hours? (until the new keys sign), days? (that the old ones stay published after that)
  func rotateKeys(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let name = try arguments.text("name")
    let hours = try arguments.optionalInt("hours", in: 0...720) ?? 24
    let days = try arguments.optionalInt("days", in: 1...365) ?? 7
    let keys = try await asking { () throws(DirectoryError) in
      try await directory.rotateKeys(of: name, signsAfter: hours * 3_600, staysFor: days * 86_400)
    }
    return (.keysRotated(name, hours: Int(hours), days: Int(days)), Self.value(of: keys, name))
  }

  private static func value(of keys: [DomainKey], _ domain: String) -> ControlValue {
    let now = Int64(time(nil))
    let signing = keys.map(\.signsFrom).filter { $0 <= now }.max()
    return .list(
      keys.sorted { ($0.createdAt, $0.selector) < ($1.createdAt, $1.selector) }.map { key in
        let state =
          key.retiresAt.map { $0 < now } == true
          ? "retired" : key.signsFrom > now ? "waiting" : key.signsFrom == signing ? "signing" : "published"
        return [
          "name": .text("\(key.selector)._domainkey.\(domain)"), "selector": .text(key.selector),
          "algorithm": .text(key.algorithm), "state": .text(state), "record": .text(key.record),
          "quoted": .text(DKIMPrivateKey.quoted(key.record)), "createdAt": .int(key.createdAt),
          "signsFrom": .int(key.signsFrom), "retiresAt": .optional(key.retiresAt),
        ]
      })
  }
}
