import Mail
import Testing

@Suite struct AddressListTests {
  /// Addresses where the grammar has no place for them are not shown, and not lost.
  @Test(arguments: [
    ("a@b", "", true), ("A <a@b>, c@d (e@f)", "", true), ("\"c@d\" <a@b>", "", true), ("G: a@b, c@d;", "", true),
    ("a@b <c@d>", "c@d", true), ("<a@b> <c@d>", "c@d", true), ("\"N\" <a@b> <c@d>", "c@d", true),
    ("a@b c@d", "c@d", true),
    ("<a@b> c@d", "c@d", true), ("<a@b>: c@d;", "c@d", true), ("a@b:c@d;", "c@d", true),
    ("<a@b\r\n <c@d>", "c@d", true),
    ("<a@b:c@d>", "c@d", true), ("<a@b c@d>", "c@d", true), ("a@b <c@d> <e@f>, g@h i@j", "c@d e@f i@j", true),
    ("a@b words", "", true), ("a@b (never closed <c@d>", "", false), ("a@b \"never closed <c@d>", "", false),
  ])
  func hidden(_ text: String, _ expected: String, _ isWhole: Bool) {
    let list = AddressList.parse(Array(text.utf8))
    let hidden = list.hidden.map { String(decoding: $0.localPart + [0x40] + $0.domain, as: UTF8.self) }
    #expect(hidden.joined(separator: " ") == expected)
    #expect(list.isWhole == isWhole)
    #expect(list.mailboxes.first?.domain == Array("b".utf8))
  }

  /// "name|route|local|domain", groups as "name:[…]".
  static func outline(_ text: String) -> String {
    func show(_ mailbox: Mailbox) -> String {
      let parts = [mailbox.name, mailbox.route, mailbox.localPart, mailbox.domain]
      return parts.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "-" }.joined(separator: "|")
    }
    return AddressList.parse(Array(text.utf8)).elements.map { element in
      switch element {
      case .mailbox(let mailbox): show(mailbox)
      case .group(let name, let members):
        String(decoding: name, as: UTF8.self) + ":[" + members.map(show).joined(separator: "; ") + "]"
      }
    }.joined(separator: "; ")
  }

  @Test(arguments: [
    ("", ""), ("  \r\n ", ""), (",,,", ""), ("a@b", "-|-|a|b"), ("<a@b>", "-|-|a|b"),
    ("John Doe <jdoe@machine.example>", "John Doe|-|jdoe|machine.example"),
    // RFC 5322 appendix A.1.2
    ("\"Joe Q. Public\" <john.q.public@example.com>", "Joe Q. Public|-|john.q.public|example.com"),
    (
      "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
      "Mary Smith|-|mary|x.test; -|-|jdoe|example.org; Who?|-|one|y.test"
    ),
    (
      "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
      "-|-|boss|nil.test; Giant; \"Big\" Box|-|sysservices|example.net"
    ),
    // A.1.3
    (
      "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
      "A Group:[Ed Jones|-|c|a.test; -|-|joe|where.test; John|-|jdoe|one.test]"
    ),
    ("Undisclosed recipients:;", "Undisclosed recipients:[]"),
    // A.5
    (
      "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
      "Pete|-|pete|silly.test"
    ),
    (
      "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
      "A Group:[Chris Jones|-|c|public.example; -|-|joe|example.org; John|-|jdoe|one.test]"
    ),
    ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "Hidden recipients:[]"),
    // A.6.1, A.6.3
    (
      "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
      "Mary Smith|@node.test|mary|example.net; -|-|jdoe|test.example"
    ),
    ("John Q. Public <a@b>", "John Q. Public|-|a|b"),
    ("<@a,@b:c@d>", "-|@a,@b|c|d"),
    // A comment is the name where there is no other.
    ("jdoe@x (John Doe)", "John Doe|-|jdoe|x"), ("jdoe@x (a (b) c)", "a (b) c|-|jdoe|x"),
    ("\"John \\\"Q\\\" Doe\"@x", "-|-|John \"Q\" Doe|x"), ("a . b @ c . d", "-|-|a.b|c.d"),
    ("u@[192.0.2.1]", "-|-|u|[192.0.2.1]"), ("<u@[IPv6:::1]>", "-|-|u|[IPv6:::1]"),
    ("=?utf-8?Q?J=C3=B6rg?= <j@x>", "=?utf-8?Q?J=C3=B6rg?=|-|j|x"),
    ("Jörg <j@x>", "Jörg|-|j|x"),
    // What real mail holds.
    ("root", "-|-|root|"), ("root, a@b", "-|-|root|; -|-|a|b"), ("Just A Name", "-|-|Just A Name|"), ("<>", "-|-||"),
    ("<root>", "-|-|root|"), ("Name <>", "Name|-||"), ("a@b <a@b>", "-|-|a|b"), ("\"a@b\" <a@b>", "a@b|-|a|b"),
    ("<a@b", "-|-|a|b"), ("Name <a@b, c@d", "Name|-|a|b; -|-|c|d"), ("a@b; c@d", "-|-|a|b; -|-|c|d"),
    ("a@b c@d", "-|-|a|b"), ("@", ""), ("@x", "-|-|x|"), ("a@", "-|-|a|"), ("\"unclosed <a@b>", "-|-|unclosed <a@b>|"),
    ("(unclosed <a@b>", ""), ("Group: a@b", "Group:[-|-|a|b]"), ("a: b: c@d;", "a:[-|-|b|; -|-|c|d]"),
    ("<a@b>, <c@d>,", "-|-|a|b; -|-|c|d"), ("\"Doe, John\" <j@x>", "Doe, John|-|j|x"), ("'a@b'", "-|-|'a|b'"),
    ("Name<a@b>", "Name|-|a|b"), ("a b@c", "-|-|a b|c"), ("G:;,a@b", "G:[]; -|-|a|b"),
    ("\"\" <a@b>", "|-|a|b"), ("x <a@b> y", "x|-|a|b"), ("mailto:a@b", "mailto:[-|-|a|b]"),
  ])
  func lists(text: String, expected: String) { #expect(AddressListTests.outline(text) == expected) }

  @Test func names() {
    let decoder = CharsetDecoder()
    let list = AddressList.parse(Array("=?utf-8?B?2YXYrdmF2K8=?= <m@example.test>, a@b, x@[y".utf8)).mailboxes
    #expect(list[0].displayName(decoder) == "محمد")
    #expect(list[0].address?.description == "m@example.test")
    #expect(list[1].displayName(decoder) == nil)
    #expect(list[2].address == nil)
  }

  @Test func limits() {
    var limits = MailLimits()
    limits.addresses = 3
    let text = String(repeating: "a@b,", count: 100)
    #expect(AddressList.parse(Array(text.utf8), limits: limits).mailboxes.count == 3)
    limits.addresses = 1000
    limits.fieldLength = 8
    #expect(AddressList.parse(Array(text.utf8), limits: limits).mailboxes.count == 2)
  }
}
