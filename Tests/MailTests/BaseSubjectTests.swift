import Mail
import Testing

@Suite struct BaseSubjectTests {
  @Test(arguments: [
    ("hello", "hello", false), ("Re: hello", "hello", true), ("RE:hello", "hello", true), ("re : hello", "hello", true),
    ("Fwd: hello", "hello", true), ("fw: hello", "hello", true), ("Re: Fwd: re: hello", "hello", true),
    ("Re[2]: hello", "hello", true), ("Re [x] : hello", "hello", true), ("[list] hello", "hello", false),
    ("[list] Re: hello", "hello", true), ("Re: [list] hello", "hello", true), ("[a] [b]Re: [c] hello", "hello", true),
    ("[a] [b] hello", "hello", false), ("[a]", "[a]", false), ("[a] [b]", "[b]", false), ("Re: [a]", "[a]", true),
    ("hello (fwd)", "hello", true), ("hello (FWD) (fwd)  ", "hello", true), ("[fwd: hello]", "hello", true),
    ("[Fwd: Re: hello (fwd)]", "hello", true), ("[fwd: hello", "[fwd: hello", false), ("  a \t b  ", "a b", false),
    ("", "", false), ("Re:", "", true), ("re", "re", false), ("fwhello", "fwhello", false),
    ("Return: x", "Return: x", false),
    ("Re: ", "", true), ("[", "[", false), ("[]x", "x", false), ("[a[b]] x", "[a[b]] x", false), ("(fwd)", "", true),
    ("رد: مرحبا", "رد: مرحبا", false),
  ])
  func extract(subject: String, expected: String, isReply: Bool) {
    let base = BaseSubject(subject)
    #expect(base.text == expected)
    #expect(base.isReplyOrForward == isReply)
  }

  @Test func encoded() {
    let field = Array("=?utf-8?Q?Re=3A?= =?utf-8?Q?_caf=C3=A9?=\r\n (fwd)".utf8)
    #expect(BaseSubject(field: field.span, decoder: CharsetDecoder()).text == "café")
  }
}
