import IMAP

/// The threading algorithms: RFC 5256 §3, and REFS of draft-ietf-morg-inthread.
enum Threading: String, Sendable {
  case orderedSubject = "ORDEREDSUBJECT"
  case references = "REFERENCES"
  /// By references alone; threads are in the order of their newest messages' arrival.
  case refs = "REFS"

  /// `messages` in the order of the mailbox.
  func forest(of messages: [ThreadedMessage]) -> ThreadForest {
    switch self {
    case .orderedSubject: Self.orderedSubject(messages)
    case .references:
      ReferenceThreads(messages).forest { roots in
        roots.mergeBySubject()
        roots.sortRoots()
      }
    case .refs: ReferenceThreads(messages).forest { roots in roots.sortRootsByArrival() }
    }
  }

  /// Sorted by base subject and sent date, cut where the subject changes; the first message of each is the parent of the others.
  private static func orderedSubject(_ messages: [ThreadedMessage]) -> ThreadForest {
    let order = messages.indices.sorted { a, b in
      let (left, right) = (messages[a], messages[b])
      if left.subject != right.subject { return left.subject.lexicographicallyPrecedes(right.subject) }
      return (left.sent, a) < (right.sent, b)
    }
    var threads: [[Int]] = []
    for index in order {
      if let last = threads.last?.first, messages[last].subject == messages[index].subject {
        threads[threads.count - 1].append(index)
      } else {
        threads.append([index])
      }
    }
    threads.sort { (messages[$0[0]].sent, $0[0]) < (messages[$1[0]].sent, $1[0]) }
    var forest = ThreadForest()
    for thread in threads {
      let children = thread.dropFirst().map { forest.add(messages[$0].number) }
      forest.roots.append(forest.add(messages[thread[0]].number, children: children))
    }
    return forest
  }
}

/// What threading knows of one message.
struct ThreadedMessage: Sendable {
  /// Its number or UID.
  var number: UInt32
  /// Message-ID, normalised.
  var id: String?
  /// Message-IDs of its ancestors, nearest last.
  var references: [String]
  /// The base subject as it is compared; empty where there is none.
  var subject: [UInt8]
  var isReply: Bool
  /// The Date field, else INTERNALDATE.
  var sent: Int64
  var arrived: Int64
}
