import Crypto
import Testing

@testable import Directory

struct AppPasswordTests {
  @Test func itHasSevenGroupsOfFourAndReadsBack() {
    var generator = SystemRandomNumberGenerator()
    var seen: Set<String> = []
    for _ in 0..<200 {
      let password = AppPassword(using: &generator)
      let groups = password.text.split(separator: "-")
      #expect(groups.count == 7)
      #expect(groups.allSatisfy { $0.count == 4 })
      #expect(AppPassword(typed: Array(password.text.utf8)) == password)
      seen.insert(password.text)
    }
    #expect(seen.count == 200)
    #expect(Set(AppPassword.alphabet).count == 32, "28 symbols of 5 bits are 140 bits")
  }

  @Test(arguments: [
    "abcd-efgh-ijkm-nopq-rstu-vwxy-z234", "abcdefghijkmnpqrstuvwxyz2", "", "password",
    "abcd-efgh-ijkm-npqr-stuv-wxyz-23451", "abcd-efgh-ijkm-npqr-stuv-wxyz-2340",
  ])
  func whatCannotBeOneIsRefused(typed: String) { #expect(AppPassword(typed: Array(typed.utf8)) == nil) }

  @Test(arguments: [
    "abcd-efgh-ijkm-npqr-stuv-wxyz-2345", "ABCD EFGH IJKM NPQR STUV WXYZ 2345", "abcdefghijkmnpqrstuvwxyz2345",
    " abcd-efgh-ijkm-npqr-stuv-wxyz-2345 ",
  ])
  func caseSpacesAndDashesDoNotMatter(typed: String) {
    #expect(AppPassword(typed: Array(typed.utf8))?.text == "abcd-efgh-ijkm-npqr-stuv-wxyz-2345")
  }

  @Test func theFingerprintIsBoundToKeyAndAccount() throws {
    let password = try #require(AppPassword(typed: Array("abcdefghijkmnpqrstuvwxyz2345".utf8)))
    let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
    let other = SymmetricKey(data: [UInt8](repeating: 8, count: 32))
    #expect(password.fingerprint(key: key, account: 1).count == 32)
    #expect(password.fingerprint(key: key, account: 1) == password.fingerprint(key: key, account: 1))
    #expect(password.fingerprint(key: key, account: 1) != password.fingerprint(key: key, account: 2))
    #expect(password.fingerprint(key: key, account: 1) != password.fingerprint(key: other, account: 1))
  }
}
