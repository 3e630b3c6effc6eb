"""SMTP as real programs speak it: swaks' AUTH x TLS matrix, curl, smtplib, STARTTLS on the wire, long messages."""
import base64
import poplib
import smtplib
import socket
import ssl

from bed import letter, run


def swaks(bed, *options, expect=0):
    return run(
        ["swaks", "--server", bed.host, "--helo", "client.test", "--hide-informational", "--timeout", "20", *options],
        expect=expect,
    )


WAYS = {
    "plain": ("SUBMISSION", []),
    "starttls": ("SUBMISSION", ["--tls", "--tls-ca-path"]),
    "implicit": ("SUBMISSIONS", ["--tls-on-connect", "--tls-ca-path"]),
}


def swaks_matrix(bed):
    """Every mechanism in every way, with the right password and with a wrong one."""
    for way, (port, options) in WAYS.items():
        options = [word for option in options for word in ([option, bed.authority] if option == "--tls-ca-path" else [option])]
        for mechanism in ["PLAIN", "LOGIN"]:
            common = [
                "--port", str(bed.port(port)), *options, "--auth", mechanism, "--auth-user", bed.user(60),
                "--from", bed.user(60), "--to", bed.user(61), "--header", f"Subject: swaks {way} {mechanism}",
            ]
            said = swaks(bed, *common, "--auth-password", bed.password)
            assert "235 2.7.0" in said and "250 2.0.0 Message accepted" in said, (way, mechanism, said[-600:])
            said = swaks(bed, *common, "--auth-password", "wrong", expect=None)
            assert "535 5.7.8" in said and "250 2.0.0 Message accepted" not in said, (way, mechanism, said[-600:])


def swaks_without_log_in(bed):
    port = str(bed.port("SUBMISSION"))
    said = swaks(bed, "--port", port, "--from", bed.user(60), "--to", bed.user(61), expect=None)
    assert "530 5.7.0" in said, said[-600:]


def swaks_in(bed):
    """The MX port: with STARTTLS, with pipelining, null sender, many recipients."""
    port = str(bed.port("SMTP"))
    for options in [[], ["--tls"], ["--pipeline"], ["--protocol", "SMTP"]]:
        said = swaks(bed, "--port", port, *options, "--from", "<>", "--to", f"{bed.user(61)},{bed.user(62)}")
        assert "Message accepted" in said, (options, said[-600:])
    said = swaks(bed, "--port", port, "--auth", "PLAIN", "--auth-user", bed.user(60), "--auth-password", bed.password,
                 "--to", bed.user(61), expect=None)
    assert "Message accepted" not in said, "AUTH on the MX port"


def curl_sends(bed):
    message = letter("curl-smtp", "curl", sender=bed.user(60), to=bed.user(61)).encode()
    common = ["curl", "-sS", "--cacert", bed.authority, "--user", f"{bed.user(60)}:{bed.password}",
              "--mail-from", bed.user(60), "--mail-rcpt", bed.user(61), "--upload-file", "-"]
    run([*common, f"smtps://{bed.host}:{bed.port('SUBMISSIONS')}/client.test"], data=message)
    run([*common, "--ssl-reqd", f"smtp://{bed.host}:{bed.port('SUBMISSION')}/client.test"], data=message)
    run([*common, "--ssl-reqd", "--sasl-ir", f"smtp://{bed.host}:{bed.port('SUBMISSION')}/client.test"], data=message)


def starttls_forgets(bed):
    """RFC 3207 section 4.2: after the handshake the client must say EHLO again, and AUTH is there only now or plain by exemption."""
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
        client.ehlo("client.test")
        assert client.docmd("MAIL", "FROM:<a@elsewhere.test>")[0] == 250
        client.starttls(context=bed.tls())
        assert client.docmd("RCPT", f"TO:<{bed.user(60)}>")[0] == 503
        assert client.docmd("MAIL", "FROM:<a@elsewhere.test>")[0] == 503
        client.ehlo("client.test")
        assert "starttls" not in client.esmtp_features
        assert client.docmd("STARTTLS")[0] == 503
        client.sendmail("a@elsewhere.test", [bed.user(60)], letter("starttls-forgets"))


def starttls_injection(bed):
    """CVE-2011-0411: bytes that come with STARTTLS are never taken for protected ones."""
    for port in ["SMTP", "SUBMISSION"]:
        with socket.create_connection((bed.host, bed.port(port)), timeout=30) as plain:
            plain.recv(1000)
            plain.sendall(b"EHLO client.test\r\n")
            plain.recv(2000)
            plain.sendall(b"STARTTLS\r\nRSET\r\n")
            got = b""
            while piece := plain.recv(1000):
                got += piece
            assert got.startswith(b"503"), got
        # A packet of its own right behind it, before the handshake.
        with socket.create_connection((bed.host, bed.port(port)), timeout=30) as plain:
            plain.recv(1000)
            plain.sendall(b"EHLO client.test\r\n")
            plain.recv(2000)
            plain.sendall(b"STARTTLS\r\n")
            assert plain.recv(1000).startswith(b"220")
            plain.sendall(b"RSET\r\n")
            try:
                with bed.tls().wrap_socket(plain, server_hostname=bed.host) as secure:
                    raise AssertionError(f"a handshake behind plain text: {secure.recv(100)!r}")
            except (ssl.SSLError, OSError):
                pass


def wrong_passwords(bed):
    with smtplib.SMTP_SSL(bed.host, bed.port("SUBMISSIONS"), context=bed.tls(), timeout=30) as client:
        client.ehlo("client.test")
        wrong = base64.b64encode(f"\0{bed.user(63)}\0wrong".encode()).decode()
        codes = [client.docmd("AUTH", f"PLAIN {wrong}")[0] for _ in range(3)]
        assert codes == [535, 535, 421], codes
        client.close()


def long_message(bed):
    """Thirty megabytes go in and out without being in memory."""
    before = bed.resident_kib()
    body = b"".join(b"%076d\r\n" % number for number in range(400_000))
    message = letter("long", "long", body="", to=bed.user(64)).encode() + body
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=120) as client:
        client.sendmail("a@elsewhere.test", [bed.user(64)], message)
    grown = bed.resident_kib() - before
    assert grown < 24_000, f"grew by {grown} KiB while it took {len(message) // 1024} KiB in"
    drop = poplib.POP3_SSL(bed.host, bed.port("POP3S"), context=bed.tls(), timeout=120)
    drop.user(bed.user(64))
    drop.pass_(bed.password)
    size = int(drop.list(1).split()[2])
    lines = drop.retr(1)[1]
    assert sum(len(line) + 2 for line in lines) == size
    assert b"\r\n".join(lines[-400_000:]) + b"\r\n" == body
    drop.dele(1)
    drop.quit()
    grown = bed.resident_kib() - before
    assert grown < 40_000, f"grew by {grown} KiB in all"


def chunks(bed):
    """BDAT over TLS, with chunks that cut lines anywhere."""
    message = letter("chunks", "chunks", "one\r\n.\r\ntwo\r\n", to=bed.user(65)).encode()
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
        client.starttls(context=bed.tls())
        client.ehlo("client.test")
        assert client.docmd("MAIL", "FROM:<a@elsewhere.test>")[0] == 250
        assert client.docmd("RCPT", f"TO:<{bed.user(65)}>")[0] == 250
        for start in range(0, len(message), 7):
            piece = message[start:start + 7]
            client.sock.sendall(b"BDAT %d\r\n" % len(piece) + piece)
            assert client.getreply()[0] == 250
        assert client.docmd("BDAT", "0 LAST")[0] == 250
    drop = poplib.POP3_SSL(bed.host, bed.port("POP3S"), context=bed.tls(), timeout=30)
    drop.user(bed.user(65))
    drop.pass_(bed.password)
    assert b"\r\n".join(drop.retr(1)[1]).endswith(b"\r\n\r\none\r\n.\r\ntwo")
    drop.quit()


def requiretls(bed):
    """RFC 8689: offered under TLS only, on MX and submission; local delivery satisfies it and the trace remembers it."""
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
        client.ehlo("client.test")
        assert not client.has_extn("requiretls")
        assert client.docmd("MAIL", "FROM:<a@elsewhere.test> REQUIRETLS")[0] == 555
        client.starttls(context=bed.tls())
        client.ehlo("client.test")
        assert client.has_extn("requiretls") and client.has_extn("mt-priority") and not client.has_extn("dsn")
        assert client.docmd("MAIL", "FROM:<a@elsewhere.test> REQUIRETLS=1")[0] == 501
        client.sendmail("a@elsewhere.test", [bed.user(68)], letter("requiretls"), mail_options=["REQUIRETLS"])
    with smtplib.SMTP_SSL(bed.host, bed.port("SUBMISSIONS"), context=bed.tls(), timeout=30) as client:
        client.login(bed.user(69), bed.password)
        assert client.has_extn("requiretls") and client.has_extn("dsn")
        client.sendmail(bed.user(69), [bed.user(68)], letter("requiretls-own", sender=bed.user(69)), mail_options=["REQUIRETLS"],
                        rcpt_options=["NOTIFY=SUCCESS"])
    for user, texts in [(68, [b"(REQUIRETLS);", b"(REQUIRETLS);"]), (69, [b"message/delivery-status"])]:
        drop = poplib.POP3_SSL(bed.host, bed.port("POP3S"), context=bed.tls(), timeout=30)
        drop.user(bed.user(user))
        drop.pass_(bed.password)
        for number, text in enumerate(texts):
            message = b"\r\n".join(drop.retr(number + 1)[1])
            assert text in message, message[:600]
        drop.quit()


CHECKS = [
    swaks_matrix, swaks_without_log_in, swaks_in, curl_sends, starttls_forgets, starttls_injection, wrong_passwords,
    long_message, chunks, requiretls,
]
