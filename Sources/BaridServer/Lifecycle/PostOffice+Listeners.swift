internal import Glibc
internal import IMAP
internal import IMAPServer
internal import Logging
internal import Net
internal import POP3Server
internal import Phrases
internal import SMTP
internal import SMTPServer
internal import Synchronization

// Which service answers at which door.
extension PostOffice {
  /// Listens as the settings say, with services of their own: who is connected keeps the service, and so the settings, that it began
  /// with. On a fault nothing has changed.
  func listen(_ settings: ServerSettings, _ tls: TLSContexts, _ checks: CheckDesk?) async throws(StartFault) {
    var plans: [ListenerPlan] = []
    for (kind, listener) in settings.listeners.all where listener.isEnabled {
      let doors = (listener.socket.isEmpty ? listener.hosts : [""]).map {
        Self.door(kind, listener, host: $0, settings)
      }
      switch kind {
      case .smtp, .submission, .submissions, .lmtp:
        let service = smtpService(kind, settings, checks)
        plans += doors.map { ListenerPlan($0, tls: tls) { service.makeSession($0, $1) } }
      case .imap, .imaps:
        let service = imapService(kind, settings)
        plans += doors.map { ListenerPlan($0, tls: tls) { service.makeSession($0, $1) } }
      case .pop3, .pop3s:
        let service = pop3Service(kind, settings)
        plans += doors.map { ListenerPlan($0, tls: tls) { service.makeSession($0, $1) } }
      }
    }
    do throws(ListenFault) { note(try await net.replace(with: plans)) } catch {
      throw StartFault(Self.phrase(for: error))
    }
  }

  private static func door(
    _ kind: ListenerKind, _ listener: Listener, host: String, _ settings: ServerSettings
  ) -> ListenerSettings {
    let refusal =
      switch kind {
      case .smtp, .submission, .submissions, .lmtp: "421 4.7.0 \(settings.effectiveHostname) too many connections\r\n"
      case .imap, .imaps: "* BYE [UNAVAILABLE] too many connections\r\n"
      case .pop3, .pop3s: "-ERR [SYS/TEMP] too many connections\r\n"
      }
    var door = ListenerSettings(
      name: kind.rawValue, host: host, port: listener.port, tls: kind.isImplicitTLS ? .implicit : .startTLS,
      proxyProtocolFrom: listener.proxyFrom.compactMap { CIDR($0) }, refusal: Array(refusal.utf8))
    if kind == .lmtp {
      door.tls = .none
      door.socketPath = listener.socket.isEmpty ? nil : listener.socket
    }
    return door
  }

  private func smtpService(
    _ kind: ListenerKind, _ settings: ServerSettings, _ checks: CheckDesk?
  ) -> SMTPService {
    let role: SMTP.ServerSettings.Role = kind == .smtp ? .mx : kind == .lmtp ? .lmtp : .submission
    var own = SMTPServiceSettings(role: role, hostName: settings.effectiveHostname)
    own.limits.messageSize = settings.limits.messageSize
    own.limits.errors = settings.intake.errors
    own.limits.recipients = settings.intake.recipients
    own.limits.localPart = settings.intake.localPart
    own.refusesBareLineEnds = settings.intake.refusesBareLineEnds
    if !settings.exemptions.noLimitsOnLoopback {
      own.recipientsADay = settings.submission.recipientsADay
      own.newRecipientsADay = settings.submission.newRecipientsADay
    }
    own.highestPriority = settings.submission.highestPriority
    own.hidesSubmitter = settings.submission.hidesAddress
    own.offersStartTLS = !kind.isImplicitTLS && role != .lmtp
    own.offersScram = settings.logIn.scram
    own.allowsPlaintextLogIn = settings.exemptions.plainLogInOnLoopback
    return SMTPService(
      settings: own, store: store, directory: directory, checks: checks?.checks, signers: signers(settings),
      names: letterNames, logger: log.logger(kind.rawValue), now: { Int64(time(nil)) })
  }

  private func signers(_ settings: ServerSettings) -> DomainSigners? {
    settings.signing.isEnabled ? DomainSigners(directory: directory, now: { Int64(time(nil)) }) : nil
  }

  private func imapService(_ kind: ListenerKind, _ settings: ServerSettings) -> IMAPService {
    var own = IMAPServiceSettings(hostName: settings.effectiveHostname)
    own.limits.message = settings.limits.messageSize
    own.mailboxes = settings.limits.mailboxes
    own.literalPlus = settings.imap.literalPlus
    // An Arabic server's accounts search as Arabic is read, unless they say otherwise (`barid account set --search`).
    own.searchesArabic = settings.language == "ar"
    own.offersScram = settings.logIn.scram
    own.offersStartTLS = !kind.isImplicitTLS
    own.allowsPlaintextLogIn = settings.exemptions.plainLogInOnLoopback
    return IMAPService(
      settings: own, store: store, directory: directory, logger: log.logger(kind.rawValue), now: { Int64(time(nil)) })
  }

  private func pop3Service(_ kind: ListenerKind, _ settings: ServerSettings) -> POP3Service {
    var own = POP3ServiceSettings(hostName: settings.effectiveHostname)
    own.offersSTLS = !kind.isImplicitTLS
    own.offersScram = settings.logIn.scram
    own.allowsPlaintextLogIn = settings.exemptions.plainLogInOnLoopback
    own.isExclusive = settings.pop3.isExclusive
    own.logInDelay = settings.pop3.logInDelay
    own.allowsAPOP = settings.pop3.allowsAPOP
    return POP3Service(
      settings: own, store: store, directory: directory, logger: log.logger(kind.rawValue), maildrops: maildrops,
      now: { Int64(time(nil)) })
  }

  private static func phrase(for fault: ListenFault) -> Phrase {
    switch fault.reason {
    case .inUse: .portInUse(fault.port)
    case .forbidden: .portForbidden(fault.port)
    case .noSuchAddress: .hostUnknown(fault.address)
    case .noCertificate: .certificateUnreadable(fault.listener, fault.description)
    case .other(let reason): .portRefused(fault.port, reason)
    }
  }
}
