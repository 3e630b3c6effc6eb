internal import Crypto
internal import Mail

/// Writes a signature field: tags, folded lines, and at last b=.
struct SignatureWriter {
  private var text: [UInt8]
  private var column: Int
  private var isFirst = true
  /// h=
  private var names: [[UInt8]] = []

  init(_ name: String) {
    text = Array("\(name):".utf8)
    column = text.count
  }

  /// Adds one tag; a new line starts where the 78th column would be passed.
  mutating func add(_ tag: String, _ value: String) {
    let piece = "\(tag)=\(value)"
    startPiece(length: piece.utf8.count)
    text += Array(piece.utf8)
    column += piece.utf8.count
  }

  /// Adds a tag whose value may be folded after a colon (RFC 6376 §3.5, h=).
  mutating func addList(_ tag: String, _ words: [String]) {
    names = words.map { Array($0.utf8) }
    startPiece(length: tag.utf8.count + 1 + (words.first?.utf8.count ?? 0))
    text += Array("\(tag)=".utf8)
    column += tag.utf8.count + 1
    for (index, word) in words.enumerated() {
      let piece = Array((index + 1 < words.count ? word + ":" : word).utf8)
      if column + piece.count > 76, index > 0 { fold("  ") }
      text += piece
      column += piece.count
    }
  }

  private mutating func startPiece(length: Int) {
    if !isFirst {
      text.append(UInt8(ascii: ";"))
      column += 1
    }
    if column + 2 + length > 78, !isFirst {
      fold(" ")
    } else {
      text.append(0x20)
      column += 1
    }
    isFirst = false
  }

  private mutating func fold(_ indent: String) {
    text += Array("\r\n\(indent)".utf8)
    column = indent.utf8.count
  }

  /// The whole field with its line end, signed over the fields that its h= names.
  mutating func signed(
    _ message: ScannedMessage, _ form: Canonicalization, _ key: DKIMPrivateKey
  ) throws(DKIMSigningError) -> [UInt8] {
    text += Array(";\r\n b=".utf8)
    guard let field = ScannedField.scan(text, limit: 1).first else { throw .badName }
    var input: [UInt8] = []
    SignatureCheck.collect(names, form, message, into: &input)
    field.canonical(form, in: text, into: &input)
    return try finished(input, key)
  }

  /// The whole field with its line end, signed over `input` and itself.
  mutating func sealed(_ input: [UInt8], _ key: DKIMPrivateKey) throws(DKIMSigningError) -> [UInt8] {
    text += Array(";\r\n b=".utf8)
    guard let field = ScannedField.scan(text, limit: 1).first else { throw .badName }
    var input = input
    field.canonical(.relaxed, in: text, into: &input)
    return try finished(input, key)
  }

  private func finished(_ input: [UInt8], _ key: DKIMPrivateKey) throws(DKIMSigningError) -> [UInt8] {
    var hash = SHA256()
    input.withUnsafeBytes { hash.update(bufferPointer: $0) }
    guard let signature = key.key.signature(for: hash.finalize()) else { throw .keyFailed }
    var result = text
    let encoded = Base64.encode(signature)
    for start in stride(from: 0, to: encoded.count, by: 72) {
      if start > 0 { result += Array("\r\n ".utf8) }
      result += encoded[start..<min(start + 72, encoded.count)]
    }
    return result + Array("\r\n".utf8)
  }
}
