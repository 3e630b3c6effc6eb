@testable import Net

/// FOR TESTS ONLY: self-signed, the keys are public. Made with `openssl req -x509 -newkey ec … -days 36500`.
enum TestCertificate {
  static func localhost() throws -> TLSContexts {
    try TLSContexts(certificateChain: Array(localhostPEM.utf8), privateKey: Array(localhostKey.utf8))
  }

  static func second() throws -> TLSContexts {
    try TLSContexts(certificateChain: Array(secondPEM.utf8), privateKey: Array(secondKey.utf8))
  }

  /// CN=localhost, also for 127.0.0.1.
  static let localhostPEM = """
    -----BEGIN CERTIFICATE-----
    MIIBmjCCAUGgAwIBAgIUPYl0E7Sn/qkFIpJa0V004fufFpEwCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA0MTIyNVoYDzIxMjYxMDI4
    MDQxMjI1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAAS4PbnOz9i416+bH4pPw9M4upuyzpuWEsl1QoqBLmR3peBetOZzOCVs
    kXOXwI7t2yZZX9B7zjKil/xVDMRFf7Uxo28wbTAdBgNVHQ4EFgQUOK1K1HZLo5dq
    P1LNfl87QJk22DMwHwYDVR0jBBgwFoAUOK1K1HZLo5dqP1LNfl87QJk22DMwDwYD
    VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
    zj0EAwIDRwAwRAIgYzMfzr0CUHWHIS9htaiTlbM+69sr0mXIovJDIU14uvECICeG
    OKIBP885Rc3VJQThh0g7DMogvURzMSJ2zP416qYz
    -----END CERTIFICATE-----
    """
  static let localhostKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNu3GoQhYdIKzT6b5
    XFATZ0ZiIQYwNo/SVPLol/N2WIihRANCAAS4PbnOz9i416+bH4pPw9M4upuyzpuW
    Esl1QoqBLmR3peBetOZzOCVskXOXwI7t2yZZX9B7zjKil/xVDMRFf7Ux
    -----END PRIVATE KEY-----
    """
  /// CN=second.example.
  static let secondPEM = """
    -----BEGIN CERTIFICATE-----
    MIIBijCCAS+gAwIBAgIUCP9OdTjs0dRvQFsg31MQJywtZJUwCgYIKoZIzj0EAwIw
    GTEXMBUGA1UEAwwOc2Vjb25kLmV4YW1wbGUwIBcNMjYxMTIxMDQxMjI1WhgPMjEy
    NjEwMjgwNDEyMjVaMBkxFzAVBgNVBAMMDnNlY29uZC5leGFtcGxlMFkwEwYHKoZI
    zj0CAQYIKoZIzj0DAQcDQgAEQA870hsFja86Nj1Yv+zP+dgk8Qr4dxd9ToEqRfCa
    wRBcDqGzHNPLmrJbtPBEkWmV8b4xegl2cQ1yKaP7fm2P06NTMFEwHQYDVR0OBBYE
    FMFImyEeTBzMsn2yIjgiKkMGiX4rMB8GA1UdIwQYMBaAFMFImyEeTBzMsn2yIjgi
    KkMGiX4rMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAOFUxFr8
    U3A5pKeCyrIM7Gr5qJowju+VjiqPSdirodakAiEA7g2yH5dXrVlnopAK0auDCpoy
    Cm9eapuXfZnbYee/geA=
    -----END CERTIFICATE-----
    """
  static let secondKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6jPjOG9WXrt9pD6Z
    BE09XYm75gwXbpfZdKK7FOiJSf6hRANCAARADzvSGwWNrzo2PVi/7M/52CTxCvh3
    F31OgSpF8JrBEFwOobMc08uaslu08ESRaZXxvjF6CXZxDXIpo/t+bY/T
    -----END PRIVATE KEY-----
    """
}
