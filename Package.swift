// swift-tools-version: 6.2
// The house: every target, what it may import, and which packages it needs. ARCHITECTURE.md explains the floors.
//
// BARID_ONLY="Mail,SMTP" keeps just these targets, what they need and their tests, so that a language builds in seconds
// without fetching a package: `make quick`.
import PackageDescription

/// One room of the house.
struct Room {
  enum Kind { case library, program, system, c }
  var name: String
  var kind: Kind = .library
  /// Targets of this package that it may import.
  var uses: [String] = []
  /// Products of other packages that it may import, as "product@package".
  var packages: [String] = []
  /// True: other programs may use it (a public library product).
  var isPublic = false
  /// True: Tests/<name>Tests exists.
  var isTested = true
  /// True: one of its files imports FoundationEssentials, whose C modules hide Glibc's members from whole-module builds
  /// under MemberImportVisibility (Swift 6.3, Linux), so that check is left to Scripts/check-imports.
  var seesFoundation = false
  /// Targets that only its tests may import.
  var testUses: [String] = []
  /// The folder, where it is not Sources/<name>.
  var path: String?
}

let rooms: [Room] = [
  // C shims, each imported by exactly one module; CZlib by two: the store's checksums, and compressed connections.
  Room(name: "CSQLite", kind: .system, isTested: false),
  Room(name: "CZstd", kind: .system, isTested: false),
  Room(name: "CZlib", kind: .system, isTested: false),
  Room(name: "CArgon2", kind: .system, isTested: false),
  Room(name: "CIDN", kind: .system, isTested: false),
  Room(name: "CUnbound", kind: .system, isTested: false),
  Room(name: "CIconv", kind: .c, isTested: false),
  Room(name: "CStore", kind: .c, isTested: false),
  Room(name: "CNet", kind: .c, isTested: false),
  Room(name: "CMemory", kind: .c, isTested: false),
  // 0 words
  Room(name: "Mail", uses: ["CIconv", "CIDN"], isPublic: true),
  Room(name: "DNS", isPublic: true),
  Room(name: "Phrases"),
  // 1 languages
  Room(name: "SASL", uses: ["Mail"], packages: ["Crypto@swift-crypto"], isPublic: true),
  Room(name: "SMTP", uses: ["Mail"], isPublic: true),
  Room(name: "IMAP", uses: ["Mail"], isPublic: true),
  Room(name: "POP3", uses: ["Mail"], isPublic: true),
  Room(
    name: "MailAuth", uses: ["Mail", "DNS"],
    packages: ["Crypto@swift-crypto", "CryptoExtras@swift-crypto"], isPublic: true),
  // 2 machinery
  Room(
    name: "Net", uses: ["CNet", "CUnbound", "CZlib", "DNS"],
    packages: [
      "NIOCore@swift-nio", "NIOPosix@swift-nio", "NIOTLS@swift-nio", "NIOSSL@swift-nio-ssl", "Logging@swift-log",
    ]),
  Room(name: "Database", uses: ["CSQLite"]),
  Room(
    name: "Store", uses: ["Database", "Mail", "CStore", "CZstd", "CZlib"],
    packages: ["Crypto@swift-crypto", "Logging@swift-log"]),
  Room(
    name: "Directory", uses: ["Database", "Mail", "MailAuth", "SASL", "CArgon2"],
    packages: ["Crypto@swift-crypto", "Logging@swift-log"]),
  // 3 sorting
  Room(name: "Postroom", uses: ["Store", "Directory", "Mail", "IMAP"], packages: ["Logging@swift-log"]),
  // 4 services
  Room(
    name: "SMTPServer",
    uses: ["SMTP", "SASL", "Mail", "MailAuth", "DNS", "Net", "Postroom", "Store", "Directory", "Phrases"],
    packages: ["Logging@swift-log"], testUses: ["ServiceKit"]),
  Room(
    name: "IMAPServer", uses: ["IMAP", "SASL", "Mail", "Net", "Postroom", "Store", "Directory", "Phrases"],
    packages: ["Logging@swift-log"], testUses: ["ServiceKit"]),
  Room(
    name: "POP3Server", uses: ["POP3", "SASL", "Mail", "Net", "Store", "Directory", "Phrases"],
    packages: ["Logging@swift-log"], testUses: ["ServiceKit"]),
  Room(
    name: "Control", uses: ["Net", "Postroom", "Store", "Directory", "Mail", "MailAuth", "Phrases"],
    packages: ["Logging@swift-log"]
  ),
  // For the services' tests: a whole post office in the test's process, and clients to talk to it.
  Room(
    name: "ServiceKit",
    uses: ["SMTPServer", "IMAPServer", "POP3Server", "SMTP", "Postroom", "Store", "Directory", "Net", "DNS"],
    packages: ["Logging@swift-log"], isTested: false, path: "Tests/ServiceKit"),
  // 5 door
  Room(
    name: "BaridServer",
    uses: [
      "SMTPServer", "IMAPServer", "POP3Server", "Control", "Postroom", "Store", "Directory", "Net", "SMTP", "IMAP",
      "POP3", "Mail", "MailAuth", "DNS", "Phrases", "CMemory",
    ],
    packages: [
      "Logging@swift-log", "Configuration@swift-configuration", "UnixSignals@swift-service-lifecycle",
      "X509@swift-certificates", "SwiftASN1@swift-asn1", "Crypto@swift-crypto",
    ], seesFoundation: true),
  Room(
    name: "barid", kind: .program,
    uses: ["BaridServer", "Control", "MailAuth", "DNS", "Net", "Mail", "Phrases"],
    packages: ["ArgumentParser@swift-argument-parser", "Logging@swift-log"], isTested: false),
]

let remotes: [String: Package.Dependency] = [
  "swift-nio": .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  "swift-nio-ssl": .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  "swift-crypto": .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  "swift-certificates": .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
  "swift-asn1": .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
  "swift-log": .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  "swift-argument-parser": .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  "swift-service-lifecycle": .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  "swift-configuration": .package(
    url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
]

// MARK: From the table to the package

let byName = Dictionary(uniqueKeysWithValues: rooms.map { ($0.name, $0) })

/// Rooms whose own tests are built: those named by BARID_ONLY, or all.
let named = Set((Context.environment["BARID_ONLY"] ?? "").split(separator: ",").map(String.init))

/// The rooms asked for by BARID_ONLY with all that they need, or all rooms.
func wanted() -> [Room] {
  guard let only = Context.environment["BARID_ONLY"], !only.isEmpty else { return rooms }
  var names: Set<String> = []
  var open = only.split(separator: ",").map(String.init)
  while let name = open.popLast() {
    guard names.insert(name).inserted, let room = byName[name] else { continue }
    open += room.uses
    if named.contains(name) { open += room.testUses }
  }
  return rooms.filter { names.contains($0.name) }
}

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

func settings(of room: Room) -> [SwiftSetting] {
  room.seesFoundation ? strict : strict + [.enableUpcomingFeature("MemberImportVisibility")]
}

func dependencies(of room: Room) -> [Target.Dependency] {
  room.uses.map { .target(name: $0) }
    + room.packages.map { entry in
      let parts = entry.split(separator: "@").map(String.init)
      return .product(name: parts[0], package: parts[1])
    }
}

func targets(of room: Room) -> [Target] {
  let all = dependencies(of: room)
  var made: [Target]
  switch room.kind {
  case .library:
    made = [
      .target(
        name: room.name, dependencies: all, path: room.path, exclude: room.path == nil ? ["README.md"] : [],
        swiftSettings: settings(of: room))
    ]
  case .program:
    made = [
      .executableTarget(name: room.name, dependencies: all, exclude: ["README.md"], swiftSettings: settings(of: room))
    ]
  case .system: made = [.systemLibrary(name: room.name, path: "Sources/\(room.name)")]
  case .c: made = [.target(name: room.name, path: "Sources/\(room.name)")]
  }
  if room.isTested && (named.isEmpty || named.contains(room.name)) {
    made.append(
      .testTarget(
        name: "\(room.name)Tests",
        dependencies: [.target(name: room.name), .target(name: "TestKit")] + all
          + room.testUses.map { .target(name: $0) },
        swiftSettings: strict))
  }
  return made
}

let kept = wanted()
let package = Package(
  name: "barid",
  platforms: [.macOS(.v15)],
  products: kept.filter(\.isPublic).map { .library(name: $0.name, targets: [$0.name]) }
    + kept.filter { $0.kind == .program }.map { .executable(name: $0.name, targets: [$0.name]) },
  dependencies: Set(kept.flatMap(\.packages).map { String($0.split(separator: "@")[1]) }).sorted().compactMap {
    remotes[$0]
  },
  targets: kept.flatMap(targets(of:))
    + [.target(name: "TestKit", path: "Tests/TestKit", swiftSettings: strict)]
)
