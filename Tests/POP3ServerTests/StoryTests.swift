import Directory
import ServiceKit
import Store
import Testing

/// The stories of docs (requirements.md, section H) that POP3 can keep, end to end over TCP with a clock that the test sets.
@Suite("POP3 stories")
struct StoryTests {
  /// Story 2: a PC with a rule of fifteen days; a holiday of twenty; mail waits; it is downloaded once and then removed.
  @Test(arguments: [true, false])
  func fifteenDays(_ countsFromArrival: Bool) async throws {
    let place = try await POPOffice.start()
    let pc = try await place.device("pc") {
      $0.keeping = countsFromArrival ? .afterArrival(days: 15) : .afterDownload(days: 15)
    }
    try await place.deliver(["first"])
    place.clock.advance(days: 1)
    #expect(try await place.fetch(pc) == ["first"])
    try await place.deliver(["waits"])
    // Day 14: nothing is old enough; the PC is away from now on.
    place.clock.advance(days: 13)
    #expect(await place.round() == 0)
    // Day 17: the first has been downloaded and is old enough by both clocks; the other waits, however old it becomes.
    place.clock.advance(days: 3)
    #expect(await place.round() == 1)
    #expect(try await place.subjects() == ["waits"])
    place.clock.advance(days: 20)
    #expect(await place.round() == 0)
    #expect(try await place.fetch(pc) == ["waits"])
    if countsFromArrival {
      // Older than fifteen days by then: removed after the QUIT of the session that took it.
      #expect(try await place.subjects() == [])
    } else {
      place.clock.advance(days: 14)
      #expect(await place.round() == 0)
      #expect(try await place.fetch(pc, known: Set(try await ids(place))) == [])
      place.clock.advance(days: 1)
      #expect(await place.round() == 1)
      #expect(try await place.subjects() == [])
    }
    #expect(try await place.office.store.usage(of: place.office.account).bytes == 0)
    let devices = try await place.office.store.popDevices(of: place.office.account)
    #expect(devices.reduce(0) { $0 + $1.removed } == 2)
    #expect(devices.reduce(0) { $0 + $1.freedBytes } > 0)
    await place.office.stop()
  }

  private func ids(_ place: POPOffice) async throws -> [String] {
    let port = place.port
    return try await onThread {
      let client = try PopClient(port)
      return try client.ids().map(\.id)
    }
  }

  /// Story 3: five employees, one address; one reads and deletes; the other four still see it unread. Each gets each exactly once.
  @Test func humanResources() async throws {
    let place = try await POPOffice.start()
    try await place.policy { $0.isGroup = true }
    var people: [String] = []
    for number in 1...5 { people.append(try await place.device("person \(number)")) }
    let letters = (1...4).map { "application \($0)" }
    try await place.deliver(letters)
    #expect(try await place.fetch(people[0], delete: true) == letters)
    #expect(try await place.fetch(people[0]) == [])
    for person in people[1...3] {
      let port = place.port
      let count = try await onThread { try PopClient(port, person).count() }
      #expect(count == 4)
    }
    let table = try await place.open().state.table
    for index in 0..<table.count { #expect(!table.flags(at: index).contains(.seen)) }
    // The account's own password shows all and may not delete for others.
    let port = place.port
    try await onThread {
      let client = try PopClient(port)
      #expect(try client.count() == 4)
      #expect(try client.line.ask("DELE 1").hasPrefix("-ERR Only a device"))
      try client.quit()
    }
    try await place.deliver(["late one"])
    for person in people[1...4] {
      #expect(try await place.fetch(person, delete: true) == letters + ["late one"])
      #expect(try await place.fetch(person, delete: true) == [])
    }
    // All five have deleted the four; the fifth letter waits for the first of them.
    #expect(try await place.subjects() == ["late one"])
    #expect(try await place.fetch(people[0], delete: true) == ["late one"])
    #expect(try await place.subjects() == [])
    await place.office.stop()
  }

  /// Story 4: the second computer does not get old mail again if the owner said that it has it, or gets exactly what it lacks.
  @Test func twoComputers() async throws {
    let place = try await POPOffice.start()
    let old = (1...40).map { "old \($0)" }
    try await place.deliver(old)
    place.clock.advance(days: 1)
    let now = place.clock.now()
    let second = try await place.device("second") { $0.hasBefore = now }
    let third = try await place.device("third") { $0.onlyNew = true }
    #expect(try await place.fetchAll(second) == [])
    #expect(try await place.fetchAll(third) == old)
    try await place.deliver(["new 1", "new 2"])
    #expect(try await place.fetchAll(second) == ["new 1", "new 2"])
    #expect(try await place.fetchAll(third) == ["new 1", "new 2"])
    #expect(try await place.fetchAll(third) == [])
    // A client that asks for ids finds everything, whenever it asks; the numbers that it has been given stay.
    let port = place.port
    try await onThread {
      let client = try PopClient(port, third)
      #expect(try client.count() == 0)
      #expect(try client.retrieve(1) == nil)
      #expect(try client.ids().count == 42)
      #expect(try client.count() == 42)
      #expect(try client.retrieve(1) != nil)
      try client.quit()
      let other = try PopClient(port, second)
      #expect(try other.count() == 2)
      #expect(try other.retrieve(1)?.contains("Subject: new 1") == true)
      #expect(try other.ids().count == 42)
      #expect(try other.retrieve(2)?.contains("Subject: new 2") == true)
      #expect(try other.retrieve(3)?.contains("Subject: old 1") == true)
    }
    // Forgetting gives everything again.
    let info = try place.office.directory.devices(of: place.address)[1]
    try await place.office.store.popForget(info.key, of: place.office.account)
    #expect(try await place.fetchAll(third) == old + ["new 1", "new 2"])
    await place.office.stop()
  }

  /// A device whose program asks for unique ids is shown everything from the start: STAT and UIDL agree (mpop insists on it).
  @Test func aProgramThatAsksForIDs() async throws {
    let place = try await POPOffice.start()
    let device = try await place.device("phone") { $0.onlyNew = true }
    try await place.deliver(["one", "two"])
    #expect(try await place.fetchAll(device) == ["one", "two"])
    #expect(try await place.fetchAll(device) == [])
    let port = place.port
    let counts = { (asks: Bool) in
      try await onThread {
        let client = try PopClient(port, device)
        let count = try client.count()
        if asks { _ = try client.ids() }
        // No QUIT: a program that takes it for an error just goes.
        client.line.reset()
        return count
      }
    }
    #expect(try await counts(true) == 0)
    try await place.deliver(["three"])
    #expect(try await counts(false) == 3)
    try await place.office.store.popForget(1, of: place.office.account)
    #expect(try await place.fetchAll(device) == ["one", "two", "three"])
    #expect(try await counts(false) == 0)
    await place.office.stop()
  }

  /// Story 5: the laptop had everything, the server nothing; its password is taken away; what POP removed is still there to be restored.
  @Test func stolenLaptop() async throws {
    let place = try await POPOffice.start()
    let laptop = try await place.device("laptop")
    try await place.deliver(["one", "two"])
    let table = try await place.open().state.table
    let emails = (0..<2).map { table[$0].email }
    #expect(try await place.fetch(laptop, delete: true) == ["one", "two"])
    #expect(try await place.subjects() == [])
    try await place.office.directory.removeDevice("laptop", from: place.address)
    let port = place.port
    await #expect(throws: PopClient.Refused.self) { try await onThread { _ = try PopClient(port, laptop) } }
    for email in emails {
      let bytes = try await place.office.store.content(email, of: place.office.account)
      #expect(String(decoding: bytes, as: UTF8.self).contains("Subject: "))
    }
    await place.office.stop()
  }
}
