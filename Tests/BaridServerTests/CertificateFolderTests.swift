import Glibc
import Testing

@testable import BaridServer

struct CertificateFolderTests {
  private let day = 86_400
  private let now = 1_800_000_000

  private func withFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/barid-certificates-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
      for name in ["ca.pem", "ca.key", "server.pem", "server.key"] { unlink("\(path)/c/\(name)") }
      rmdir("\(path)/c")
      rmdir(path)
    }
    try body("\(path)/c")
  }

  private func mode(_ path: String) -> UInt32 {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test func `certificates are made, kept, and renewed near their end`() throws {
    try withFolder { path in
      let folder = CertificateFolder(path: path)
      let names = ["mail.example.test", "localhost", "127.0.0.1", "::1"]
      #expect(try folder.prepare(names: names, now: now))
      #expect(mode(folder.keyPath) == 0o600)
      #expect(mode(path + "/ca.key") == 0o600)
      let authority = try FileBytes.read(folder.authorityPath, limit: 10_000)
      let first = try FileBytes.read(folder.certificatePath, limit: 10_000)
      #expect(try !folder.prepare(names: names, now: now + 300 * day))
      #expect(try FileBytes.read(folder.certificatePath, limit: 10_000) == first)
      #expect(try folder.prepare(names: names, now: now + 370 * day))
      #expect(try FileBytes.read(folder.certificatePath, limit: 10_000) != first)
      #expect(try FileBytes.read(folder.authorityPath, limit: 10_000) == authority)
    }
  }

  @Test func `a new name makes a new certificate`() throws {
    try withFolder { path in
      let folder = CertificateFolder(path: path)
      try folder.prepare(names: ["localhost"], now: now)
      #expect(try folder.prepare(names: ["localhost", "other.test"], now: now))
      #expect(try !folder.prepare(names: ["localhost"], now: now))
    }
  }

  @Test func `a folder that cannot be made is one sentence`() {
    #expect(throws: CertificateFolder.Fault.self) {
      try CertificateFolder(path: "/proc/barid").prepare(names: ["localhost"], now: now)
    }
  }
}
