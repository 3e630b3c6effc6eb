internal import Directory
internal import Mail
package import Phrases
internal import Store

/// A command that was not carried out, and why, in words.
package struct ControlRefusal: Error, Hashable, Sendable {
  package var phrase: Phrase
  package init(_ phrase: Phrase) { self.phrase = phrase }
}

extension DirectoryError {
  /// The same for a person.
  package var phrase: Phrase {
    switch self {
    case .domainInvalid(let text): .domainInvalid(text)
    case .domainExists(let name): .domainExists(name)
    case .domainUnknown(let name): .domainUnknown(name)
    case .domainInUse(let name): .domainInUse(name)
    case .domainIsAlias(let name, let home): .domainIsAlias(name, of: home)
    case .addressInvalid(let text): .addressInvalid(text)
    case .addressTagged(let address): .addressTagged(address)
    case .addressTaken(let address): .addressTaken(address)
    case .accountUnknown(let address): .accountUnknown(address)
    case .accountLastTarget(let alias): .accountLastTarget(alias)
    case .passwordTooShort(let least): .passwordTooShort(least: least)
    case .passwordInvalid: .passwordInvalid
    case .aliasUnknown(let address): .aliasUnknown(address)
    case .aliasWithoutTarget: .aliasWithoutTarget
    case .aliasTooManyTargets(let limit): .aliasTooManyTargets(limit: limit)
    case .aliasTargetElsewhere(let address): .aliasTargetElsewhere(address)
    case .aliasTargetUnknown(let address): .aliasTargetUnknown(address)
    case .aliasCircle(let address): .aliasCircle(address)
    case .deviceNameInvalid(let name): .deviceNameInvalid(name.asLine)
    case .deviceExists(let name): .deviceExists(name)
    case .deviceUnknown(let name): .deviceUnknown(name)
    case .deviceExpiryPast: .deviceExpiryPast
    case .groupCountsAll: .popGroupCountsAll
    case .newer(let path): .dataFolderNewer(path)
    case .damaged(let reason), .fault(let reason): .dataFault(reason)
    case .diskFull: .diskFull
    case .closed: .serverNotRunning
    }
  }
}

extension StoreFault {
  /// What a command of the control socket can run into.
  package var phrase: Phrase {
    switch self {
    case .diskFull: .diskFull
    default: .dataFault(description)
    }
  }
}
