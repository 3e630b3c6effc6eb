internal import Control
internal import Directory
internal import Glibc
internal import Mail
internal import Phrases
internal import Store

// Fills an empty post office: people for the demo and the test bed, letters for the demo.
extension PostOffice {
  /// Makes the domain and those of `people` that are missing; several passwords are hashed side by side.
  package func settle(_ people: [DemoFolder.Person], domain: String) async throws(StartFault) {
    do throws(DirectoryError) {
      if !directory.domains.contains(where: { $0.name == domain }) { try await directory.addDomain(domain) }
    } catch {
      throw StartFault(error.phrase)
    }
    let known = Set(directory.accounts.map(\.address))
    let missing = people.filter { !known.contains($0.address) }
    let directory = directory
    let faults = await withTaskGroup(of: DirectoryError?.self) { group in
      for person in missing {
        group.addTask {
          do throws(DirectoryError) {
            _ = try await directory.addAccount(person.address, password: Array(person.password.utf8))
            return nil
          } catch {
            return error
          }
        }
      }
      return await group.reduce(into: [DirectoryError]()) { all, fault in if let fault { all.append(fault) } }
    }
    if let fault = faults.first { throw StartFault(fault.phrase) }
    do throws(StoreFault) {
      try await ControlVerbs(directory: directory, store: store).repair()
    } catch {
      throw StartFault(error.phrase)
    }
  }

  /// Files the demo's letters, once: a mailbox that has mail already keeps just that.
  package func deliverDemoLetters() async throws(StartFault) {
    do {
      for letter in try DemoLetters.all(domain: DemoFolder.domain, now: Int64(time(nil))) {
        guard let account = directory.accounts.first(where: { $0.address == letter.to }) else { continue }
        let spool = store.spool()
        letter.message.withUnsafeBytes { spool.append($0) }
        let trace = "Return-Path: <\(letter.from)>\r\n"
        _ = try await store.deliver(
          try await spool.finish(), trace: Array(trace.utf8), sender: letter.from,
          to: [DeliveryRecipient(account: AccountID(raw: account.account))])
      }
    } catch let fault as StoreFault {
      throw StartFault(fault.phrase)
    } catch {
      throw StartFault(.dataFault("\(error)"))
    }
  }
}
