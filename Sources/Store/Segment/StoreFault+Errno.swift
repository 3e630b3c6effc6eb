import Database
import Glibc

extension StoreFault {
  /// The fault that an errno stands for.
  init(errno code: Int32, doing what: String) {
    switch code {
    case ENOSPC, EDQUOT: self = .diskFull
    default: self = .io("\(what): \(String(cString: strerror(code)))")
    }
  }

  init(_ fault: DatabaseFault) {
    switch fault.kind {
    case .full: self = .diskFull
    case .corrupt: self = .damaged(fault.message)
    case .newer: self = .newer(fault.message)
    case .readOnly: self = .readOnly(fault.message)
    case .busy, .constraint, .io, .cannotOpen, .misuse: self = .io(fault.message)
    }
  }
}

/// Runs a database call and turns its fault into the store's.
@inline(__always)
func inStore<R>(_ body: () throws(DatabaseFault) -> R) throws(StoreFault) -> R {
  do { return try body() } catch { throw StoreFault(error) }
}
