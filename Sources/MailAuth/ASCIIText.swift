/// ASCII upper-case letters made lower-case; other bytes stay.
func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

/// ASCII upper-case letters made lower-case.
func lowercase(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.map { lowercase($0) } }

/// At most 100 bytes of a peer's text for a person to read: everything but printable ASCII becomes "?".
func printable(_ bytes: some Sequence<UInt8>) -> String {
  var text: [UInt8] = []
  for byte in bytes {
    if text.count == 100 {
      text += Array("...".utf8)
      break
    }
    text.append((0x20...0x7E).contains(byte) ? byte : UInt8(ascii: "?"))
  }
  return String(decoding: text, as: UTF8.self)
}

/// The same for a string.
func printable(_ text: String) -> String { printable(text.utf8) }
