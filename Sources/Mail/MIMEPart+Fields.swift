extension MIMEPart {
  /// Type, subtype and parameters; `type` and `subtype` are this part's own, so a digest's default shows.
  public func contentType(in bytes: Span<UInt8>, limits: MailLimits = MailLimits()) -> ContentType {
    let parameters = fields.type.map { ParameterList(bytes, $0, limits: limits) }
    return ContentType(type: type, subtype: subtype, parameters: parameters ?? ParameterList())
  }

  /// The Content-Disposition, or nil.
  public func disposition(in bytes: Span<UInt8>, limits: MailLimits = MailLimits()) -> ContentDisposition? {
    fields.disposition.flatMap { ContentDisposition(bytes, $0, limits: limits) }
  }

  /// The Content-ID as written, with its angle brackets; nil where missing or empty.
  public func id(in bytes: Span<UInt8>) -> [UInt8]? { unfolded(fields.id, in: bytes) }

  /// The Content-Description as written, encoded words left alone.
  public func description(in bytes: Span<UInt8>) -> [UInt8]? { unfolded(fields.description, in: bytes) }

  /// The Content-Location (RFC 2557) as written.
  public func location(in bytes: Span<UInt8>) -> [UInt8]? { unfolded(fields.location, in: bytes) }

  /// The Content-MD5 (RFC 1864) as written.
  public func md5(in bytes: Span<UInt8>) -> [UInt8]? { unfolded(fields.md5, in: bytes) }

  /// The tags of Content-Language (RFC 3282), comments left out.
  public func languages(in bytes: Span<UInt8>) -> [[UInt8]] {
    guard let range = fields.language else { return [] }
    var found: [[UInt8]] = []
    var index = range.lowerBound
    while index < range.upperBound, found.count < 100 {
      HeaderLexer.skipCFWS(bytes, &index, range.upperBound)
      let tag = HeaderLexer.run(bytes, &index, range.upperBound) { ASCII.isAlphanumeric($0) || $0 == 0x2D }
      if tag.isEmpty { index &+= 1 } else { found.append(ASCII.copy(bytes, tag)) }
    }
    return found
  }

  /// The Content-Transfer-Encoding's own word as written, "7bit" where missing.
  public func encodingWord(in bytes: Span<UInt8>) -> [UInt8] {
    guard let range = fields.transferEncoding else { return Array("7bit".utf8) }
    var index = range.lowerBound
    HeaderLexer.skipCFWS(bytes, &index, range.upperBound)
    if index < range.upperBound, bytes[index] == ASCII.quote { index &+= 1 }
    let word = HeaderLexer.run(bytes, &index, range.upperBound, ASCII.isToken)
    return word.isEmpty ? Array("7bit".utf8) : ASCII.copy(bytes, word)
  }

  /// The file name of Content-Disposition, else the name of Content-Type, decoded; nil where there is none.
  public func fileName(in bytes: Span<UInt8>, decoder: CharsetDecoder) -> String? {
    disposition(in: bytes)?.parameters.text(of: "filename", decoder: decoder)
      ?? contentType(in: bytes).parameters.text(of: "name", decoder: decoder)
  }

  /// The body with its transfer encoding undone, at most `limit` bytes.
  public func content(in bytes: Span<UInt8>, limit: Int = .max) -> [UInt8] {
    encoding.decode(bytes.extracting(bodyRange), limit: limit)
  }

  /// The body as text, from at most `limit` bytes of content, which may cut the last character.
  public func text(in bytes: Span<UInt8>, decoder: CharsetDecoder, limit: Int = .max) -> String {
    let charset = contentType(in: bytes).parameters.bytes(of: "charset").map { String(decoding: $0, as: UTF8.self) }
    return decoder.decode(content(in: bytes, limit: limit), charset: charset ?? "")
  }

  private func unfolded(_ range: Range<Int>?, in bytes: Span<UInt8>) -> [UInt8]? {
    guard let range else { return nil }
    let value = HeaderField.unfold(bytes, range)
    return value.isEmpty ? nil : value
  }
}
