import Phrases
import Testing

@testable import Control

struct ControlCodingTests {
  @Test func aRequestReadsBack() throws {
    let request = ControlRequest(
      "alias add",
      [
        "address": "معلومات@مثال.example", "targets": ["a@b.example", "c@d.example"], "n": -7, "yes": true, "no": .null,
        "more": ["a": ["b": [1, "x", false]]],
      ], id: "42", language: .arabic)
    let line = try ControlCoding.line(request)
    #expect(line.last == UInt8(ascii: "\n"))
    #expect(line.dropLast().allSatisfy { $0 != UInt8(ascii: "\n") })
    #expect(try ControlCoding.request(Array(line.dropLast())) == request)
  }

  @Test func aRequestIsWhatTheDocumentationSays() throws {
    let line = try ControlCoding.line(ControlRequest("account add", ["address": "amal@example.org"], id: "7"))
    #expect(
      String(decoding: line, as: UTF8.self)
        == #"{"arguments":{"address":"amal@example.org"},"id":"7","language":"en","v":1,"verb":"account add"}"# + "\n")
  }

  @Test func aResponseReadsBack() throws {
    let request = ControlRequest("x", id: "9", language: .arabic)
    for response in [
      ControlResponse.done(request, .domainAdded("a.example"), ["name": "a.example", "n": 1]),
      .done(request, nil), .refused(request, .domainExists("a.example")),
    ] {
      #expect(ControlCoding.response(try ControlCoding.line(response)) == response)
    }
    #expect(ControlCoding.response(Array(#"{"v":2,"id":"1","ok":true,"key":"","text":""}"#.utf8)) == nil)
    #expect(ControlCoding.response(Array("{}".utf8)) == nil)
  }

  /// A line that is no request, the key of the answer, and the id that comes back.
  @Test(arguments: [
    ("", "controlBadRequest", ""),
    ("hello", "controlBadRequest", ""),
    ("{}", "controlBadRequest", ""),
    ("[]", "controlBadRequest", ""),
    (#"{"v":1}"#, "controlBadRequest", ""),
    (#"{"v":1,"id":"5"}"#, "controlBadRequest", "5"),
    (#"{"v":1,"id":5,"verb":"x"}"#, "controlBadRequest", ""),
    (#"{"v":1,"id":"5","verb":7}"#, "controlBadRequest", "5"),
    (#"{"v":1,"id":"5","verb":"x","arguments":[]}"#, "controlBadRequest", "5"),
    (#"{"v":1,"id":"5","verb":"x","arguments":{"n":1.5}}"#, "controlBadRequest", "5"),
    (#"{"v":1,"id":"5","verb":"x"}}"#, "controlBadRequest", ""),
    (#"{"v":"1","id":"5","verb":"x"}"#, "controlBadRequest", ""),
    (#"{"v":2,"id":"5","verb":"x"}"#, "controlVersion", "5"),
    (#"{"v":0,"id":"5","anything":"else"}"#, "controlVersion", "5"),
  ])
  func aBadLineIsAnswered(line: String, key: String, id: String) {
    #expect {
      _ = try ControlCoding.request(Array(line.utf8))
    } throws: { error in
      guard let rejection = error as? ControlCoding.Rejection else { return false }
      return rejection.response.key == key && rejection.response.id == id && !rejection.response.isDone
    }
  }

  /// Every prefix of a good line is refused, none crashes.
  @Test func aBrokenLineIsAnswered() throws {
    let line = try ControlCoding.line(ControlRequest("account add", ["address": "سمر@example.org"], id: "7"))
    for end in 0..<line.count - 1 {
      #expect(throws: ControlCoding.Rejection.self) { try ControlCoding.request(Array(line[..<end])) }
    }
  }

  @Test func whatIsMissingIsEmpty() throws {
    let request = try ControlCoding.request(Array(#"{"v":1,"id":"5","verb":"domain list","new":1}"#.utf8))
    #expect(request == ControlRequest("domain list", [:], id: "5"))
  }

  @Test func deepNestingIsRefused() {
    let deep = #"{"v":1,"id":"5","verb":"x","arguments":{"a":"# + String(repeating: "[", count: 100_000)
    #expect(throws: ControlCoding.Rejection.self) { try ControlCoding.request(Array(deep.utf8)) }
  }
}
