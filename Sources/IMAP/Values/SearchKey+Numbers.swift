extension SearchKey {
  /// Whether message numbers stand in it: refused after ENABLE UIDONLY (RFC 9586 §3). `$` stands for UIDs.
  public var namesMessageNumbers: Bool {
    switch self {
    case .set(let set): !set.isSavedResult
    case .not(let key), .fuzzy(let key): key.namesMessageNumbers
    case .or(let left, let right): left.namesMessageNumbers || right.namesMessageNumbers
    case .and(let keys): keys.contains(where: \.namesMessageNumbers)
    default: false
    }
  }
}

extension IMAPCommand {
  /// Whether a search of this command names message numbers.
  public var namesMessageNumbers: Bool {
    switch self {
    case .search(let search): search.key.namesMessageNumbers
    case .sort(let sort): sort.key.namesMessageNumbers
    case .thread(let thread): thread.key.namesMessageNumbers
    default: false
    }
  }
}
