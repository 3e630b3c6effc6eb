import Directory
import ServiceKit
import Store
import Testing

/// Groups, and who shares a password.
extension RetentionTests {
  /// What is restored in a group is there again for all members, and no round takes it away before they can have come.
  @Test func restoredInAGroup() async throws {
    let place = try await POPOffice.start()
    try await place.policy { $0.isGroup = true }
    let people = [try await place.device("amal"), try await place.device("basim")]
    try await place.deliver(["one", "two"])
    for person in people { _ = try await place.fetch(person, delete: true) }
    #expect(try await place.subjects() == [])
    place.clock.advance(days: 2)
    #expect(try await place.office.store.restoreDeleted(.all, of: place.office.account).restored == 2)
    #expect(await place.round() == 0)
    #expect(try await place.fetch(people[0], delete: true) == ["one", "two"])
    #expect(await place.round() == 0)
    #expect(try await place.fetch(people[1], delete: true) == ["one", "two"])
    #expect(try await place.subjects() == [])
    await place.office.stop()
  }

  /// In a group one device's downloads do not suffice, and the owner hears it.
  @Test func noneDecidesAloneInAGroup() async throws {
    let place = try await POPOffice.start()
    try await place.policy {
      $0.isGroup = true
      $0.keeping = .afterDownload(days: 0)
    }
    let amal = try await place.device("amal")
    let basim = try await place.device("basim")
    await #expect(throws: DirectoryError.groupCountsAll) { try await place.policy { $0.counted = .device } }
    await #expect(throws: DirectoryError.groupCountsAll) {
      try await place.office.directory.setPOPPolicy(of: place.address, device: "amal") {
        $0.keeping = .afterDownload(days: 0)
        $0.counted = .device
      }
    }
    try await place.deliver(["one"])
    #expect(try await place.fetch(amal) == ["one"])
    #expect(try await place.fetch(basim) == ["one"])
    #expect(try await place.subjects() == [])
    await place.office.stop()
  }

  /// A session by the account password that began before the owner made this a group removes nothing from its members.
  @Test func aGroupMadeMeanwhile() async throws {
    let place = try await POPOffice.start()
    try await place.deliver(["one"])
    let port = place.port
    let client = try await onThread { Shared(try PopClient(port)) }
    #expect(try await onThread { try client.value.delete(1) })
    try await place.policy { $0.isGroup = true }
    #expect(try await onThread { try client.value.quit() }.hasPrefix("-ERR"))
    #expect(try await place.subjects() == ["one"])
    await place.office.stop()
  }

  /// Two programs on one password are found, and then nothing is removed or hidden for it until the owner says so.
  @Test func twoHistories() async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("shared") { $0.keeping = .afterDownload(days: 1) }
    try await place.deliver(["1", "2", "3", "4"])
    let port = place.port
    #expect(try await place.fetch(device).count == 4)
    #expect(try await place.fetch(device).count == 4)
    var states = try await place.office.store.popDevices(of: place.office.account)
    #expect(states[0].flaggedAt == nil)
    let known = Set(try await onThread { try PopClient(port, device).ids().map(\.id) })
    try await place.deliver(["5"])
    #expect(try await place.fetch(device, known: known) == ["5"])
    states = try await place.office.store.popDevices(of: place.office.account)
    #expect(states[0].flaggedAt != nil)
    place.clock.advance(days: 2)
    #expect(await place.round() == 0)
    try await place.office.store.popClearFlag(1, of: place.office.account)
    #expect(await place.round() == 5)
    await place.office.stop()
  }

  /// Who reads on the server, as with mutt, takes what he opens, also a second time: that is one program. Two programs that share
  /// a password take the same new messages.
  @Test func aReaderOnTheServer() async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("mutt")
    let port = place.port
    let open: @Sendable ([Int]) async throws -> Void = { numbers in
      try await onThread {
        let client = try PopClient(port, device)
        for number in numbers { _ = try client.retrieve(number) }
        try client.quit()
      }
    }
    let isFlagged = {
      try await place.office.store.popDevices(of: place.office.account)[0].flaggedAt != nil
    }
    try await place.deliver((1...20).map { "\($0)" })
    for numbers in [Array(1...19), [20], [2], [3], [4, 9, 5], [1, 8, 12], [20, 19], [19], [20]] {
      try await open(numbers)
      #expect(try await isFlagged() == false)
    }
    for (new, isSecond) in [(21...23, false), (24...26, true)] {
      try await place.deliver(new.map { "\($0)" })
      try await open(Array(new))
      #expect(try await isFlagged() == false)
      try await open(Array(new))
      #expect(try await isFlagged() == isSecond)
    }
    await place.office.stop()
  }

  /// A client without a memory of its own always takes everything: that is one history.
  @Test func aClientThatAlwaysTakesAll() async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("script")
    for number in 1...5 {
      try await place.deliver(["\(number)"])
      #expect(try await place.fetch(device).count == number)
    }
    #expect(try await place.office.store.popDevices(of: place.office.account)[0].flaggedAt == nil)
    await place.office.stop()
  }
}
