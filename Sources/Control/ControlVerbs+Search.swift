internal import Directory
internal import Mail
internal import Phrases
internal import Store

extension ControlVerbs {
  /// address, text, mailbox?, limit? The result: total, and messages with mailbox, uid, date, from, subject, preview, relevancy, size,
  /// email, thread.
  func searchMail(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let (store, account) = try ownStore(try arguments.text("address"))
    let text = try arguments.text("text")
    if SearchNeedle.words(of: text).isEmpty { throw ControlRefusal(.searchWordsMissing) }
    let limit = try arguments.optionalInt("limit", in: 1...10_000) ?? 50
    let name = try arguments.optionalText("mailbox")
    do throws(StoreFault) {
      let mailboxes = try await store.mailboxes(of: account)
      var mailbox: MailboxID?
      if let name {
        guard let found = mailboxes.first(where: { $0.name == name }) else { throw .noSuchMailbox }
        mailbox = found.id
      }
      let found = try await store.find(text, in: mailbox, of: account, limit: Int(limit))
      var rows: [ControlValue] = []
      for message in found.messages { rows.append(try await row(message, mailboxes, store, account)) }
      let phrase: Phrase = rows.isEmpty ? .searchNothing : .searchFound(rows.count, of: found.total)
      return (phrase, ["total": .int(Int64(found.total)), "messages": .list(rows)])
    } catch {
      if let name, error == .noSuchMailbox { throw ControlRefusal(.mailboxUnknown(name)) }
      throw ControlRefusal(error.phrase)
    }
  }

  private func row(
    _ message: FoundMessage, _ mailboxes: [MailboxInfo], _ store: Store, _ account: AccountID
  ) async throws(StoreFault) -> ControlValue {
    let place = message.places.first
    let name = mailboxes.first { $0.id == place?.mailbox }?.name
    return [
      "mailbox": .optional(name), "uid": .optional(place.map { Int64($0.uid) }),
      "date": .optional(message.derived.sentAt ?? place?.internalDate),
      "from": .text(try await sender(of: message.email, store, account)), "subject": .text(message.derived.subject),
      "preview": .text(message.derived.preview), "relevancy": .int(Int64(message.relevancy)),
      "size": .optional(place.map { Int64($0.size) }), "email": .text("M\(message.email)"),
      "thread": .optional(message.derived.thread.map { "T\($0)" }),
    ]
  }

  /// The From field, decoded; it stands in the first kilobytes.
  private func sender(of email: EmailID, _ store: Store, _ account: AccountID) async throws(StoreFault) -> String {
    do throws(StoreFault) {
      let head = try await store.content(email, of: account, range: 0..<32_768)
      let value = HeaderBlock(scanning: head).value("From", in: head.span) ?? []
      return EncodedWord.decode(value, decoder: CharsetDecoder())
    } catch {
      switch error {
      case .damaged, .noSuchMessage: return ""
      default: throw error
      }
    }
  }

  /// address, after? (an email's number): makes derived data of the next messages anew; with the last ones the index too.
  /// The result: messages, damaged, after (null: that was all), isIndexed.
  func reindexStore(_ arguments: ControlArguments) async throws(ControlRefusal) -> Answer {
    let address = try arguments.text("address")
    let (store, account) = try ownStore(address)
    let after = try arguments.optionalInt("after", in: 0...Int64.max) ?? 0
    do throws(StoreFault) {
      let outcome = try await store.rederive(account, after: after, limit: 5_000)
      let isAll = outcome.next == nil
      // Asked again with the last number: only how far the index is.
      if isAll, after == 0 || outcome.messages + outcome.damaged > 0 { try store.rebuildSearch(account) }
      let isIndexed = isAll ? await store.searchSettled(within: .seconds(45)) : false
      return (
        nil,
        [
          "messages": .int(Int64(outcome.messages)), "damaged": .int(Int64(outcome.damaged)),
          "after": .optional(outcome.next), "last": .int(outcome.last), "isIndexed": .bool(isIndexed),
        ]
      )
    } catch {
      throw ControlRefusal(error.phrase)
    }
  }

  /// arabic, exact or default; the outer nil: not said.
  func searchForm(_ arguments: ControlArguments) throws(ControlRefusal) -> Bool?? {
    guard let form = try arguments.optionalText("search") else { return nil }
    switch form {
    case "arabic": return true
    case "exact": return false
    case "default": return .some(nil)
    default: throw ControlArguments.invalid("search", form, .remedyOneOf("arabic, exact, default"))
    }
  }

  private func ownStore(_ address: String) throws(ControlRefusal) -> (Store, AccountID) {
    let account: AccountKey
    do throws(DirectoryError) { account = try directory.snapshot.account(named: address) } catch {
      throw ControlRefusal(error.phrase)
    }
    guard let store else { throw ControlRefusal(.serverNotRunning) }
    return (store, AccountID(raw: account))
  }
}
