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
  /// The spool could not take more: the rest of the message is read and dropped.
  var fault: StoreFault?
  /// Watches the header pass by.
  var counter = TraceCounter()
  /// The BDAT under way.
  var chunk: MessageChunk?

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
    var header = self.header
    var counter = self.counter
    let spool = self.spool
    let isDropping = fault != nil
    func keep(_ piece: UnsafeRawBufferPointer) {
      counter.read(piece)
      if isDropping { return }
      if header == nil { spool.append(piece) } else { header?.take(piece, spool.append) }
    }
    defer {
      self.header = header
      self.counter = counter
    }
    switch reader {
    case .dots(var reader):
      defer { self.reader = .dots(reader) }
      return reader.read(input, keep)
    case .chunks(var reader):
      defer { self.reader = .chunks(reader) }
      return reader.read(input, keep)
    }
  }

  /// The message is whole: what was held back goes into the spool.
  mutating func end() {
    if case .chunks(var reader) = reader {
      if var header {
        reader.finish { header.take($0, spool.append) }
        self.header = header
      } else {
        reader.finish(spool.append)
      }
      self.reader = .chunks(reader)
    }
    header?.finish(spool.append)
  }
}
