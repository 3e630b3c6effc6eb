internal import DNS
internal import Logging
internal import Net

/// Whom the server asks the DNS.
package enum NameServers {
  /// The server of the options, else the first of this machine; nil: the internet's own servers, from the root.
  package static func chosen(_ settings: ResolverSettings) -> (address: String, port: Int)? {
    settings.address.isEmpty ? system() : (settings.address, settings.port)
  }

  /// The first name server of /etc/resolv.conf.
  package static func system() -> (address: String, port: Int)? {
    let bytes: [UInt8]
    do throws(FileFault) { bytes = try FileBytes.read("/etc/resolv.conf", limit: 65_536) } catch { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count >= 2, words[0] == "nameserver", IPAddress(String(words[1])) != nil {
        return (String(words[1]), 53)
      }
    }
    return nil
  }

  static func resolver(_ settings: ResolverSettings, logger: Logger) throws(StartFault) -> Resolver {
    var own = Net.ResolverSettings()
    own.server = chosen(settings)
    do throws(ResolverFault) {
      return try Resolver(settings: own, logger: logger)
    } catch {
      throw StartFault(.resolverFault(error.reason))
    }
  }
}
