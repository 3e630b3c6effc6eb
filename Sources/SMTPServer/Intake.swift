import Postroom
import SMTP
import Store

/// One message on its way from the socket into the spool.
struct Intake {
  enum Reader {
    case dots(DotReader)
    case chunks(ChunkReader)
  }

  var reader: Reader
  let spool: Spool
  /// The letter's name.
  let letter: String
  /// Our own user's message: its header is completed on the way.
  var header: AuthoredHeader?
  /// Takes out findings that claim to be ours, and ends a header that nothing ends.
  var arriving: ArrivingHeader?
  /// The spool could not take more: the rest of the message is read and dropped.
  var fault: StoreFault?
  /// Watches the header pass by.
  var counter = TraceCounter()
  /// The BDAT under way; nil between two of them, and with DATA.
  var chunk: MessageChunk?
  /// Octets read from the client for this message.
  private(set) var taken = 0
  /// The last octet that was kept is LF.
  private var endsLine = true

  init(_ reader: Reader, spool: Spool, letter: String, header: AuthoredHeader?) {
    self.reader = reader
    self.spool = spool
    self.letter = letter
    self.header = header
  }

  var findings: MessageFindings {
    switch reader {
    case .dots(let reader): reader.findings
    case .chunks(let reader): reader.findings
    }
  }

  /// The end of the message, or of the chunk under way, was read.
  var isAtEnd: Bool {
    switch reader {
    case .dots(let reader): reader.isEnded
    case .chunks(let reader): reader.isChunkEnded
    }
  }

  /// Takes what belongs to the message from the front of `input`; returns how much that was.
  mutating func read(_ input: UnsafeRawBufferPointer) -> Int {
    // Taken out, so that what they hold is not copied.
    var header = self.header.take()
    var arriving = self.arriving.take()
    var counter = self.counter
    var endsLine = self.endsLine
    let spool = self.spool
    let isDropping = fault != nil
    func keep(_ piece: UnsafeRawBufferPointer) {
      counter.read(piece)
      if let last = piece.last { endsLine = last == 0x0A }
      if isDropping { return }
      let next = { (piece: UnsafeRawBufferPointer) -> Void in
        if header == nil { spool.append(piece) } else { header?.take(piece, spool.append) }
      }
      if arriving == nil { next(piece) } else { arriving?.take(piece, next) }
    }
    let count: Int
    switch reader {
    case .dots(var reader):
      count = reader.read(input, keep)
      self.reader = .dots(reader)
    case .chunks(var reader):
      count = reader.read(input, keep)
      self.reader = .chunks(reader)
    }
    self.header = header
    self.arriving = arriving
    self.counter = counter
    self.endsLine = endsLine
    taken += count
    return count
  }

  /// The message is whole: what was held back goes into the spool.
  mutating func end() {
    if case .chunks(var reader) = reader {
      reader.finish { keep($0) }
      self.reader = .chunks(reader)
      // A text ends with a line's end, or what follows it on another wire would stand in its last line.
      if !reader.isBinary, !endsLine { withUnsafeBytes(of: (UInt8(13), UInt8(10))) { keep($0) } }
    }
    var header = self.header.take()
    arriving?.finish { [spool] piece in
      if header == nil { spool.append(piece) } else { header?.take(piece, spool.append) }
    }
    self.header = header
    self.header?.finish(spool.append)
  }

  private mutating func keep(_ piece: UnsafeRawBufferPointer) {
    counter.read(piece)
    if let last = piece.last { endsLine = last == 0x0A }
    if fault != nil { return }
    var header = self.header.take()
    let next = { [spool] (piece: UnsafeRawBufferPointer) -> Void in
      if header == nil { spool.append(piece) } else { header?.take(piece, spool.append) }
    }
    if arriving == nil { next(piece) } else { arriving?.take(piece, next) }
    self.header = header
  }
}

extension Optional {
  /// The value, which is gone from here.
  fileprivate mutating func take() -> Wrapped? {
    let value = self
    self = nil
    return value
  }
}
