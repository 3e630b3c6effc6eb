internal import Logging
internal import Synchronization

// What an account may send in a day: asked from memory, written behind.
extension Directory {
  /// Reads the account's counts into memory, unless they are there. To be called before an account's first message of a session.
  package func loadSending(_ account: AccountKey) async {
    guard !sending.isLoaded(account) else { return }
    let outcome = await onWriter { database -> Result<SendingLedger.Account, DirectoryError> in
      do throws(DirectoryError) { return .success(try database.sending(of: account)) } catch {
        return .failure(error)
      }
    }
    switch outcome {
    case .success(let part): sending.load(account, part)
    case .failure(let error):
      // Counted from zero: better than no mail at all.
      logger.warning("counts of sent mail not read", metadata: ["error": "\(error)", "account": "\(account)"])
    case nil: return
    }
  }

  /// Writes changed counts some time soon.
  package func writeSending() {
    guard isSendingDue.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
    else { return }
    post { [self] in
      isSendingDue.store(false, ordering: .releasing)
      write(sending.unwritten())
      sending.dropIdle(at: options.now())
    }
  }

  package func setSettings(
    _ address: String, _ change: AccountSettingsChange
  ) async throws(DirectoryError) -> AccountInfo {
    try await self.change { next throws(DirectoryError) in try next.setSettings(address, change) }
  }
}

extension DirectorySnapshot {
  /// The account's settings; the standard ones where there is no such account.
  package func settings(of account: AccountKey) -> AccountSettings {
    accountTable[account]?.settings ?? AccountSettings()
  }

  mutating func setSettings(
    _ text: String, _ change: AccountSettingsChange
  ) throws(DirectoryError) -> (AccountInfo, [RowChange]) {
    let key = try ownerOf(text)
    guard var account = accountTable[key] else { throw .accountUnknown(text) }
    account.settings = change.applied(to: account.settings)
    accountTable[key] = account
    guard let info = self.account(key) else { throw .accountUnknown(text) }
    return (info, [.setSettings(key, account.settings)])
  }
}
