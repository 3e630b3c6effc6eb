/// The answer of THREAD as flat arrays: trees of any depth, which nested values could not be freed of without recursion.
public struct ThreadForest: Sendable, Equatable {
  /// Message numbers; 0 stands for a parent that is not there.
  public private(set) var numbers: [UInt32] = []
  public private(set) var children: [[Int]] = []
  /// The top of each thread, in order.
  public var roots: [Int] = []

  public init() {}

  /// Adds a message without a place; returns its index.
  public mutating func add(_ number: UInt32, children: [Int] = []) -> Int {
    numbers.append(number)
    self.children.append(children)
    return numbers.count - 1
  }

  public mutating func setChildren(_ children: [Int], of node: Int) { self.children[node] = children }
}

extension ResponseWriter {
  /// `* THREAD (…)(…)` (RFC 5256 §4).
  public mutating func thread(_ forest: ThreadForest) {
    write("* THREAD")
    if !forest.roots.isEmpty { bytes.append(0x20) }
    for root in forest.roots { thread(forest, root) }
    endLine()
  }

  private mutating func thread(_ forest: ThreadForest, _ root: Int) {
    // A node with the parenthesis it may open; nil closes one.
    var steps: [(node: Int, opens: Bool)?] = [(root, true)]
    while let step = steps.popLast() {
      guard let step else {
        bytes.append(OctetClass.close)
        continue
      }
      let number = forest.numbers[step.node]
      let children = forest.children[step.node]
      if step.opens {
        bytes.append(OctetClass.open)
        steps.append(nil)
      } else {
        bytes.append(0x20)
      }
      if number > 0 { write(number) }
      if children.count == 1, number > 0 {
        steps.append((children[0], false))
      } else if !children.isEmpty {
        if number > 0 { bytes.append(0x20) }
        for child in children.reversed() { steps.append((child, true)) }
      }
    }
  }
}
