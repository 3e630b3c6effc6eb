internal import CIDN

extension Unicode {
  /// The text in Unicode normalization form C, so that two spellings of one name are the same bytes.
  ///
  /// Allocates only for text that is not ASCII.
  public static func normalizedNFC(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 128 }) { return text }
    let bytes = Array(text.utf8)
    var length = 0
    guard let output = u8_normalize(barid_uninorm_nfc(), bytes, bytes.count, nil, &length) else { return text }
    // libunistring hands out memory of malloc.
    defer { idn2_free(output) }
    return String(decoding: UnsafeBufferPointer(start: output, count: length), as: UTF8.self)
  }
}
