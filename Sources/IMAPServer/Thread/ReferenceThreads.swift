import IMAP

/// The REFERENCES algorithm of RFC 5256 §3, its steps by number. No recursion: chains can be as long as a mailbox.
struct ReferenceThreads {
  private let messages: [ThreadedMessage]
  /// The message of each node; nil for a dummy.
  private var message: [Int?] = []
  private var parent: [Int?] = []
  private var children: [[Int]] = []
  private var roots: [Int] = []

  /// Ancestors looked at for a loop; a chain that is longer gets no further link.
  private static let depthLimit = 5_000

  init(_ messages: [ThreadedMessage]) {
    self.messages = messages
    link()
    prune()
    sortSiblings()
    sortRoots()
  }

  private mutating func node(_ message: Int?) -> Int {
    self.message.append(message)
    parent.append(nil)
    children.append([])
    return parent.count - 1
  }

  // MARK: Step 1

  private mutating func link() {
    var known: [String: Int] = [:]
    for (index, entry) in messages.enumerated() {
      let own: Int
      if let id = entry.id, let found = known[id], message[found] == nil {
        own = found
        message[own] = index
      } else {
        // Without an id, or with one that another message has: unique.
        own = node(index)
        if let id = entry.id, known[id] == nil { known[id] = own }
      }
      var previous: Int?
      for id in entry.references {
        let next = known[id] ?? node(nil)
        known[id] = next
        if let previous, parent[next] == nil, mayLink(next, to: previous) { parent[next] = previous }
        previous = next
      }
      // (B): the last reference is the parent, whatever was thought before.
      parent[own] = nil
      if let previous, mayLink(own, to: previous) { parent[own] = previous }
    }
  }

  /// False when `child` is `above` or one of its ancestors.
  private func mayLink(_ child: Int, to above: Int) -> Bool {
    var current: Int? = above
    var steps = 0
    while let node = current {
      if node == child || steps > Self.depthLimit { return false }
      current = parent[node]
      steps += 1
    }
    return true
  }

  // MARK: Steps 2 and 3

  /// Dummies go: their children move up, but under the root only an only child does.
  private mutating func prune() {
    // The nearest ancestor that is a message, and the topmost node, of every node that was looked at.
    var above = [(real: Int?, top: Int)?](repeating: nil, count: parent.count)
    for start in parent.indices {
      var path: [Int] = []
      var current = start
      while above[current] == nil, let next = parent[current] {
        path.append(current)
        current = next
      }
      if above[current] == nil { above[current] = (nil, current) }
      for node in path.reversed() {
        guard let up = parent[node], let known = above[up] else { continue }
        above[node] = (message[up] != nil ? up : known.real, known.top)
      }
    }
    var firsts: [Int: [Int]] = [:]
    var tops: [Int] = []
    for node in parent.indices where message[node] != nil {
      guard let place = above[node] else { continue }
      if let real = place.real {
        parent[node] = real
        children[real].append(node)
      } else if place.top == node {
        roots.append(node)
      } else {
        if firsts[place.top] == nil { tops.append(place.top) }
        firsts[place.top, default: []].append(node)
      }
    }
    for top in tops {
      let promoted = firsts[top] ?? []
      if promoted.count == 1 {
        parent[promoted[0]] = nil
        roots.append(promoted[0])
      } else {
        children[top] = promoted
        roots.append(top)
      }
    }
  }

  // MARK: Steps 4 and 6

  /// A message's sent date and place; a dummy has those of its first child.
  private func date(_ node: Int) -> (Int64, Int) {
    let index = message[node] ?? children[node].compactMap { message[$0] }.min { key($0) < key($1) } ?? 0
    return key(index)
  }

  private func key(_ index: Int) -> (Int64, Int) { (messages[index].sent, index) }

  private mutating func sortSiblings() {
    for node in children.indices where children[node].count > 1 {
      let keyed = children[node].map { (date($0), $0) }.sorted { $0.0 < $1.0 }
      children[node] = keyed.map(\.1)
    }
  }

  mutating func sortRoots() {
    sortSiblings()
    roots = roots.map { (date($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// REFS: threads by the newest arrival among their messages.
  mutating func sortRootsByArrival() {
    func newest(_ root: Int) -> (Int64, Int) {
      var best = (Int64.min, 0)
      var open = [root]
      while let node = open.popLast() {
        if let index = message[node] { best = max(best, (messages[index].arrived, index), by: <) }
        open += children[node]
      }
      return best
    }
    roots = roots.map { (newest($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private func max(_ a: (Int64, Int), _ b: (Int64, Int), by less: ((Int64, Int), (Int64, Int)) -> Bool) -> (Int64, Int)
  {
    less(a, b) ? b : a
  }

  // MARK: Step 5

  mutating func mergeBySubject() {
    var table: [[UInt8]: Int] = [:]
    for root in roots {
      let subject = subject(root)
      if subject.isEmpty { continue }
      guard let held = table[subject] else {
        table[subject] = root
        continue
      }
      if message[held] != nil, message[root] == nil || (isReply(held) && !isReply(root)) { table[subject] = root }
    }
    var kept: [Int] = []
    var places: [Int: Int] = [:]
    for root in roots {
      let subject = subject(root)
      guard !subject.isEmpty, let held = table[subject], held != root else {
        places[root] = kept.count
        kept.append(root)
        continue
      }
      switch (message[held], message[root]) {
      case (nil, nil): children[held] += children[root]
      case (nil, _): children[held].append(root)
      case (_, _?) where isReply(root) && !isReply(held): children[held].append(root)
      default:
        let both = node(nil)
        children[both] = [held, root]
        table[subject] = both
        if let place = places[held] { kept[place] = both } else { kept.append(both) }
        places[both] = places[held]
      }
    }
    roots = kept
  }

  private func subject(_ root: Int) -> [UInt8] {
    (message[root] ?? firstChild(root)).map { messages[$0].subject } ?? []
  }

  private func firstChild(_ node: Int) -> Int? { children[node].first.flatMap { message[$0] } }

  private func isReply(_ root: Int) -> Bool { message[root].map { messages[$0].isReply } ?? false }

  // MARK: The answer

  /// The threads, after `order` has done what the algorithm does with the roots.
  func forest(_ order: (inout ReferenceThreads) -> Void) -> ThreadForest {
    var threads = self
    order(&threads)
    var forest = ThreadForest()
    for node in threads.message.indices {
      _ = forest.add(threads.message[node].map { messages[$0].number } ?? 0, children: threads.children[node])
    }
    forest.roots = threads.roots
    return forest
  }
}
