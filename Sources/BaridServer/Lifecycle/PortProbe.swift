internal import DNS
internal import Glibc
internal import Phrases

/// Tries every listener's address before anything else is done, so that a port in use leaves the data folder untouched.
enum PortProbe {
  /// Throws the first address that cannot be had. What is free now may be taken a moment later: `NetServer.listen` says so then.
  static func check(_ listeners: ListenerTable) throws(StartFault) {
    for (_, listener) in listeners.all where listener.isEnabled && listener.socket.isEmpty {
      for host in listener.hosts {
        guard let address = IPAddress(host) else { throw StartFault(.hostUnknown(host)) }
        switch bindError(address, listener.port) {
        case 0: continue
        case EADDRINUSE: throw StartFault(.portInUse(listener.port))
        case EACCES, EPERM: throw StartFault(.portForbidden(listener.port))
        // A machine without IPv6 still serves IPv4.
        case EADDRNOTAVAIL, EAFNOSUPPORT: if address.bitCount == 32 { throw StartFault(.hostUnknown(host)) }
        case let code: throw StartFault(.portRefused(listener.port, String(cString: strerror(code))))
        }
      }
    }
  }

  /// The errno of binding to the address, 0 if it can be had.
  private static func bindError(_ address: IPAddress, _ port: Int) -> Int32 {
    let isFour = address.bitCount == 32
    let handle = socket(isFour ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    if handle < 0 { return errno }
    defer { close(handle) }
    var yes: Int32 = 1
    setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let result: Int32
    if isFour {
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_port = in_port_t(UInt16(port)).bigEndian
      withUnsafeMutableBytes(of: &place.sin_addr) { $0.copyBytes(from: address.octets) }
      result = bound(handle, &place)
    } else {
      setsockopt(handle, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, socklen_t(MemoryLayout<Int32>.size))
      var place = sockaddr_in6()
      place.sin6_family = sa_family_t(AF_INET6)
      place.sin6_port = in_port_t(UInt16(port)).bigEndian
      withUnsafeMutableBytes(of: &place.sin6_addr) { $0.copyBytes(from: address.octets) }
      result = bound(handle, &place)
    }
    // With SO_REUSEADDR two sockets may bind; only one may listen.
    return result == 0 && listen(handle, 1) == 0 ? 0 : errno
  }

  private static func bound<Address>(_ handle: Int32, _ place: inout Address) -> Int32 {
    withUnsafeBytes(of: &place) { bytes in
      guard let base = bytes.baseAddress else { return -1 }
      return bind(handle, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }
}
