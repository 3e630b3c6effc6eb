/// What a log-in is for.
package enum Service: String, Sendable, CaseIterable {
  case smtp, imap, pop3
}

/// A set of services: what one device may do.
package struct ServiceSet: OptionSet, Hashable, Sendable {
  package var rawValue: Int64

  package init(rawValue: Int64) { self.rawValue = rawValue }

  package static let smtp = ServiceSet(rawValue: 1)
  package static let imap = ServiceSet(rawValue: 2)
  package static let pop3 = ServiceSet(rawValue: 4)
  package static let all: ServiceSet = [.smtp, .imap, .pop3]

  package init(_ service: Service) {
    switch service {
    case .smtp: self = .smtp
    case .imap: self = .imap
    case .pop3: self = .pop3
    }
  }

  package func allows(_ service: Service) -> Bool { contains(ServiceSet(service)) }

  package var services: [Service] { Service.allCases.filter(allows) }
}
