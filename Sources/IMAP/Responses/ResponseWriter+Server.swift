extension ResponseWriter {
  mutating func capabilityWords(_ names: [String]) {
    write("CAPABILITY")
    for name in names {
      bytes.append(0x20)
      write(name)
    }
  }

  /// `* CAPABILITY …`
  public mutating func capability(_ names: [String]) {
    write("* ")
    capabilityWords(names)
    endLine()
  }

  /// `* ENABLED …`
  public mutating func enabled(_ names: [String]) {
    write("* ENABLED")
    for name in names {
      bytes.append(0x20)
      write(name)
    }
    endLine()
  }

  /// `* ID (…)`; nil for `* ID NIL`.
  public mutating func id(_ fields: [IMAPCommand.IDField]?) {
    write("* ID ")
    if let fields, !fields.isEmpty {
      bytes.append(OctetClass.open)
      for (at, field) in fields.enumerated() {
        if at > 0 { bytes.append(0x20) }
        string(field.name)
        bytes.append(0x20)
        nstring(field.value)
      }
      bytes.append(OctetClass.close)
    } else {
      write("NIL")
    }
    endLine()
  }

  /// One namespace: its prefix in UTF-8, and its delimiter.
  public struct Namespace: Sendable, Equatable {
    public var prefix: String
    public var delimiter: Character?

    public init(prefix: String, delimiter: Character? = "/") {
      self.prefix = prefix
      self.delimiter = delimiter
    }
  }

  /// `* NAMESPACE …` (RFC 2342): an empty list is NIL.
  public mutating func namespace(personal: [Namespace], others: [Namespace], shared: [Namespace]) {
    write("* NAMESPACE")
    for group in [personal, others, shared] {
      bytes.append(0x20)
      guard !group.isEmpty else {
        write("NIL")
        continue
      }
      bytes.append(OctetClass.open)
      for namespace in group {
        bytes.append(OctetClass.open)
        string(usesUTF8 ? Array(namespace.prefix.utf8) : ModifiedUTF7.encode(namespace.prefix))
        bytes.append(0x20)
        delimiter(namespace.delimiter)
        bytes.append(OctetClass.close)
      }
      bytes.append(OctetClass.close)
    }
    endLine()
  }

  /// `"/"` or NIL.
  mutating func delimiter(_ delimiter: Character?) {
    if let delimiter { quoted(String(delimiter).utf8) } else { write("NIL") }
  }
}
