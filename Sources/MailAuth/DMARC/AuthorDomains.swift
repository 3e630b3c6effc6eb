internal import Mail

/// The domains of the From field: whom the message claims to come from.
public enum AuthorDomains {
  /// The distinct domains as A-labels where they are names, in order; what is no name stays as it is, so that the check
  /// answers `permerror`. All From fields count. Empty: no From field or no address in it.
  public static func domains(of message: ScannedMessage) -> [String] {
    var result: [String] = []
    for field in message.fields(named: "from").prefix(10) {
      let list = AddressList.parse(Array(message.header[field.value]))
      // Programs differ in which address they show where a field has more than it may.
      for mailbox in (list.mailboxes + list.hidden).prefix(100) {
        let text = String(decoding: mailbox.domain, as: UTF8.self)
        let domain = Domain.normalized(text) ?? text
        if !domain.isEmpty, !result.contains(domain) { result.append(domain) }
      }
    }
    return result
  }
}
