/// What CAPA lists (RFC 2449 §6). What depends on the state of the session is decided when the lines are made.
public struct Capabilities: Hashable, Sendable {
  public var implementation: String? = "Barid"
  /// Mechanisms for AUTH, best first, in upper case.
  public var mechanisms: [String] = ["PLAIN"]
  /// USER and PASS may be used.
  public var user = true
  public var stls = true
  public var pipelining = true
  public var utf8 = true
  /// The languages of reply texts; with fewer than two there is no LANG. The first is the server's preferred one.
  public var languages: [POP3Language] = [.english, .arabic]
  /// Before log-in: the smallest that any user may have. `nil`: not announced.
  public var expire: Expire?
  /// Seconds between log-ins; before log-in the largest for any user. `nil`: not announced.
  public var loginDelay: LoginDelay?

  public init() {}

  /// RFC 2449 §6.7.
  public enum Retention: Hashable, Sendable {
    /// 0: what was retrieved is deleted at QUIT.
    case days(Int)
    case never
  }

  public struct Expire: Hashable, Sendable {
    public var retention: Retention
    /// It may differ by user: `USER` is appended before log-in.
    public var perUser: Bool

    public init(_ retention: Retention, perUser: Bool) {
      self.retention = retention
      self.perUser = perUser
    }
  }

  public struct LoginDelay: Hashable, Sendable {
    public var seconds: Int
    public var perUser: Bool

    public init(seconds: Int, perUser: Bool) {
      self.seconds = seconds
      self.perUser = perUser
    }
  }

  /// The lines, in a fixed order.
  func lines(mayLogIn: Bool, offersSTLS: Bool, isLoggedIn: Bool) -> [String] {
    var lines = ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE"]
    if pipelining { lines.append("PIPELINING") }
    // RFC 2595 §4: STLS is gone once TLS is up. Without TLS no plain-text mechanism is named.
    if offersSTLS { lines.append("STLS") }
    if mayLogIn, user { lines.append("USER") }
    if mayLogIn, !mechanisms.isEmpty { lines.append("SASL " + mechanisms.joined(separator: " ")) }
    if let expire {
      let value =
        switch expire.retention {
        case .days(let days): "\(days)"
        case .never: "NEVER"
        }
      lines.append("EXPIRE \(value)\(expire.perUser && !isLoggedIn ? " USER" : "")")
    }
    if let loginDelay {
      lines.append("LOGIN-DELAY \(loginDelay.seconds)\(loginDelay.perUser && !isLoggedIn ? " USER" : "")")
    }
    // RFC 6856 §2.2: names and passwords may be UTF-8.
    if utf8 { lines.append("UTF8 USER") }
    if languages.count > 1 { lines.append("LANG") }
    if let implementation { lines.append("IMPLEMENTATION \(implementation)") }
    return lines
  }
}
