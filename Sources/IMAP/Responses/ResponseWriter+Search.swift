/// What ESEARCH tells (RFC 9051 §7.3.4).
public struct SearchResult: Sendable, Equatable {
  /// The tag of the command; nil for none.
  public var tag: String?
  public var isUID: Bool
  public var min: UInt32?
  public var max: UInt32?
  /// In ascending order; nothing is written for an empty set.
  public var all: NumberSet?
  /// In the order of a SORT (RFC 5267 §3); wins over `all`.
  public var ordered: [UInt32]?
  public var count: UInt32?
  public var highestModSequence: UInt64?
  /// What was asked and what is there, in order.
  public var partial: (range: PartialRange, numbers: [UInt32])?
  /// RFC 6203: 1 to 100 for each result.
  public var relevancy: [UInt8]?

  public init(tag: String?, isUID: Bool) {
    self.tag = tag
    self.isUID = isUID
  }

  public static func == (left: SearchResult, right: SearchResult) -> Bool {
    left.tag == right.tag && left.isUID == right.isUID && left.min == right.min && left.max == right.max
      && left.all == right.all && left.ordered == right.ordered && left.count == right.count
      && left.highestModSequence == right.highestModSequence && left.relevancy == right.relevancy
      && left.partial?.range == right.partial?.range && left.partial?.numbers == right.partial?.numbers
  }
}

/// A tree of THREAD (RFC 5256 §5): a message with its answers; 0 stands for a parent that is not there.
public struct ThreadNode: Sendable, Equatable {
  public var number: UInt32
  public var children: [ThreadNode]

  public init(_ number: UInt32, _ children: [ThreadNode] = []) {
    self.number = number
    self.children = children
  }
}

extension ResponseWriter {
  /// `* SEARCH n …` (RFC 3501 §7.2.5), with `(MODSEQ n)` behind it where the search used it.
  public mutating func search(_ numbers: some Sequence<UInt32>, highestModSequence: UInt64? = nil) {
    numberedList("* SEARCH", numbers, highestModSequence)
  }

  /// `* SORT n …` (RFC 5256 §4)
  public mutating func sort(_ numbers: some Sequence<UInt32>, highestModSequence: UInt64? = nil) {
    numberedList("* SORT", numbers, highestModSequence)
  }

  private mutating func numberedList(
    _ word: StaticString, _ numbers: some Sequence<UInt32>, _ highestModSequence: UInt64?
  ) {
    write(word)
    var isEmpty = true
    for number in numbers {
      bytes.append(0x20)
      write(number)
      isEmpty = false
    }
    if let highestModSequence, !isEmpty {
      item(" (MODSEQ ", highestModSequence)
      bytes.append(OctetClass.close)
    }
    endLine()
  }

  /// `* ESEARCH (TAG "a") UID …`
  public mutating func esearch(_ result: SearchResult) {
    write("* ESEARCH")
    if let tag = result.tag {
      write(" (TAG ")
      quoted(tag.utf8)
      bytes.append(OctetClass.close)
    }
    if result.isUID { write(" UID") }
    if let min = result.min { item(" MIN ", UInt64(min)) }
    if let max = result.max { item(" MAX ", UInt64(max)) }
    if let ordered = result.ordered, !ordered.isEmpty {
      write(" ALL ")
      orderedSet(ordered)
    } else if let all = result.all, !all.isEmpty, result.ordered == nil {
      write(" ALL ")
      all.write(to: &bytes)
    }
    if let count = result.count { item(" COUNT ", UInt64(count)) }
    if let partial = result.partial { partialResult(partial.range, partial.numbers) }
    if let relevancy = result.relevancy {
      write(" RELEVANCY (")
      for (at, score) in relevancy.enumerated() {
        if at > 0 { bytes.append(0x20) }
        write(UInt64(score))
      }
      bytes.append(OctetClass.close)
    }
    if let value = result.highestModSequence { item(" MODSEQ ", value) }
    endLine()
  }

  /// RFC 9394 §3.1: the range as asked, and NIL when it is empty.
  private mutating func partialResult(_ range: PartialRange, _ numbers: [UInt32]) {
    write(" PARTIAL (")
    let sign: StaticString = range.isFromEnd ? "-" : ""
    write(sign)
    write(range.positions.lowerBound)
    bytes.append(0x3A)
    write(sign)
    write(range.positions.upperBound)
    bytes.append(0x20)
    if numbers.isEmpty { write("NIL") } else { orderedSet(numbers) }
    bytes.append(OctetClass.close)
  }

  /// `* THREAD (…)(…)` (RFC 5256 §4). Deep chains are written without recursion.
  public mutating func thread(_ roots: [ThreadNode]) {
    write("* THREAD")
    if !roots.isEmpty { bytes.append(0x20) }
    for root in roots { threadList(root) }
    endLine()
  }

  private enum ThreadStep {
    case node(ThreadNode, opens: Bool)
    case close
  }

  private mutating func threadList(_ root: ThreadNode) {
    var steps: [ThreadStep] = [.node(root, opens: true)]
    while let step = steps.popLast() {
      switch step {
      case .close: bytes.append(OctetClass.close)
      case .node(let node, let opens):
        if opens {
          bytes.append(OctetClass.open)
          steps.append(.close)
        }
        if node.number > 0 {
          if !opens { bytes.append(0x20) }
          write(node.number)
        }
        if node.children.count == 1, node.number > 0 {
          steps.append(.node(node.children[0], opens: false))
        } else if !node.children.isEmpty {
          if node.number > 0 { bytes.append(0x20) }
          for child in node.children.reversed() { steps.append(.node(child, opens: true)) }
        }
      }
    }
  }
}
