internal import CIconv

/// Turns bytes of a named charset into text; keeps the last converter that it opened, for its one user.
///
/// Not Sendable: keep one per task or scan. Decoding never fails: what cannot be decoded becomes U+FFFD. Charset names
/// outside `Charset`'s table are never handed to the C library; their bytes are taken as UTF-8 or else windows-1252.
public final class CharsetDecoder {
  private var converter: iconv_t?
  private var converterName = ""

  public init() {}

  deinit { closeConverter() }

  /// The text of `bytes` in the charset of that MIME name, case ignored.
  public func decode(_ bytes: Span<UInt8>, charset name: String) -> String {
    // In most charsets ASCII bytes are ASCII.
    switch Charset(name) {
    case .utf8: return ASCII.text(bytes, 0..<bytes.count)
    case .unknown: return CharsetDecoder.guess(bytes)
    case .windows1252: return CharsetDecoder.windows1252(bytes)
    case .hz: return convert(HZ.eucBytes(bytes), "GB18030")
    case .converter(let name): return convert(ASCII.copy(bytes, 0..<bytes.count), name)
    }
  }

  /// The text of `bytes` in the charset of that MIME name, case ignored.
  public func decode(_ bytes: [UInt8], charset name: String) -> String { decode(bytes.span, charset: name) }

  /// Text whose charset nobody named: UTF-8 where it is valid, else windows-1252.
  public static func guess(_ bytes: Span<UInt8>) -> String {
    let valid = bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
    return valid ?? windows1252(bytes)
  }

  /// ISO-8859-1 is read as windows-1252, its superset, as senders mean it.
  static func windows1252(_ bytes: Span<UInt8>) -> String {
    if ASCII.isASCII(bytes) { return ASCII.text(bytes, 0..<bytes.count) }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count &+ bytes.count / 2)
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        output.append(byte)
      } else if byte >= 0xA0 {
        output.append(0xC0 | byte >> 6)
        output.append(0x80 | byte & 0x3F)
      } else {
        let code = Charset.windows1252High[Int(byte &- 0x80)]
        output += String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  // MARK: iconv

  private func convert(_ bytes: [UInt8], _ name: String) -> String {
    guard open(name), let converter else { return CharsetDecoder.guess(bytes.span) }
    // Back to the initial shift state.
    _ = iconv(converter, nil, nil, nil, nil)
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count &* 2 &+ 64)
    var written = 0
    var read = 0
    while true {
      let failure = step(converter, &input, &read, &output, &written)
      if failure == 0 { break }
      if failure == E2BIG {
        output += [UInt8](repeating: 0, count: output.count)
        continue
      }
      // EILSEQ or EINVAL: this byte is no character here.
      if written &+ 3 > output.count { output += [UInt8](repeating: 0, count: 64) }
      output.replaceSubrange(written..<written &+ 3, with: [0xEF, 0xBF, 0xBD])
      written &+= 3
      read &+= 1
      if read >= input.count { break }
    }
    return String(decoding: output[..<written], as: UTF8.self)
  }

  /// Converts on from `read` to `written`; 0 when the input is used up, else the errno.
  private func step(
    _ converter: iconv_t, _ input: inout [UInt8], _ read: inout Int, _ output: inout [UInt8], _ written: inout Int
  ) -> Int32 {
    let inputCount = input.count
    let outputCount = output.count
    return input.withUnsafeMutableBytes { source in
      output.withUnsafeMutableBytes { target in
        var from = source.baseAddress.map { ($0 + read).assumingMemoryBound(to: CChar.self) }
        var to = target.baseAddress.map { ($0 + written).assumingMemoryBound(to: CChar.self) }
        var fromLeft = inputCount &- read
        var toLeft = outputCount &- written
        let result = iconv(converter, &from, &fromLeft, &to, &toLeft)
        let failure = result == Int(bitPattern: UInt.max) ? barid_errno() : 0
        read = inputCount &- fromLeft
        written = outputCount &- toLeft
        return failure
      }
    }
  }

  private func open(_ name: String) -> Bool {
    if converter != nil, converterName == name { return true }
    closeConverter()
    let opened = iconv_open("UTF-8", name)
    guard opened != iconv_t(bitPattern: -1) else { return false }
    converter = opened
    converterName = name
    return true
  }

  private func closeConverter() {
    if let converter { iconv_close(converter) }
    converter = nil
    converterName = ""
  }
}
