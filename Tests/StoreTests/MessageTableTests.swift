import Testing

@testable import Store

@Suite struct MessageTableTests {}
