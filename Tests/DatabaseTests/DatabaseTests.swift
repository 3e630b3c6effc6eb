import Testing

@testable import Database

@Suite struct DatabaseTests {}
