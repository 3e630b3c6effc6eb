import SMTP
import Testing

/// RFC 8689 §3 and §4.1: the tag of a message.
@Suite struct TLSRequirementTests {
  @Test(arguments: [
    ("TLS-Required: No\r\n\r\n", TLSRequirement.optional), ("tls-required:no\r\n\r\n", .optional),
    ("Subject: x\r\nTLS-Required:\r\n No \r\n\r\nbody", .optional), ("TLS-Required: Yes\r\n\r\n", .unstated),
    ("TLS-Required: No\r\nTLS-Required: No\r\n\r\n", .unstated), ("TLS-Required: No, really\r\n\r\n", .unstated),
    ("Subject: x\r\n\r\nTLS-Required: No\r\n", .unstated), ("", .unstated),
  ])
  func tag(_ header: String, _ tag: TLSRequirement) {
    let bytes = Array(header.utf8)
    let found = TLSRequirement(isRequired: false, header: bytes.span)
    #expect(found == tag)
    // REQUIRETLS at MAIL: the field is ignored.
    let required = TLSRequirement(isRequired: true, header: bytes.span)
    #expect(required == .required)
  }
}
