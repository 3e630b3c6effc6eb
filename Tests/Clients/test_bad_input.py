"""What strangers send: garbage, half lines, long lines, early bytes. The server answers, limits, and stays small."""
import random
import socket
import time

from bed import letter


def connect(bed, name):
    sock = socket.create_connection((bed.host, bed.port(name)), timeout=20)
    return sock, sock.makefile("rb")


def random_bytes(bed):
    """A few seconds of random bytes on each plain port; memory stays flat and the server answers."""
    chance = random.Random(7)
    before = None
    for turn in range(3):
        for name in ["SMTP", "SUBMISSION", "IMAP", "POP3", "IMAPS", "SUBMISSIONS", "POP3S"]:
            for _ in range(10):
                try:
                    sock, lines = connect(bed, name)
                    for _ in range(20):
                        sock.sendall(chance.randbytes(2000) + b"\r\n")
                    sock.settimeout(0.1)
                    sock.recv(65536)
                except OSError:
                    pass
                finally:
                    sock.close()
        if turn == 0:
            before = bed.resident_kib()
    grown = bed.resident_kib() - before
    assert grown < 20_000, f"{grown} KiB more"
    for name, greeting in [("SMTP", b"220 "), ("IMAP", b"* OK"), ("POP3", b"+OK")]:
        sock, lines = connect(bed, name)
        assert lines.readline().startswith(greeting)
        sock.close()


def long_line(bed):
    """An endless line ends in an error and a close, not in memory."""
    for name in ["SMTP", "IMAP", "POP3"]:
        before = bed.resident_kib()
        sock, lines = connect(bed, name)
        lines.readline()
        try:
            for _ in range(2_000):
                sock.sendall(b"x" * 8192)
        except OSError:
            pass
        sock.close()
        assert bed.resident_kib() - before < 20_000, name


def early_bytes_after_starttls(bed):
    """Bytes sent in plain behind STARTTLS are an injection: the connection ends (RFC 3207, CVE-2011-0411)."""
    for name, command in [("SUBMISSION", b"EHLO a\r\nSTARTTLS\r\nEHLO injected\r\n"),
                          ("IMAP", b"a STARTTLS\r\nb NOOP\r\n"), ("POP3", b"STLS\r\nNOOP\r\n")]:
        sock, lines = connect(bed, name)
        lines.readline()
        sock.sendall(command)
        sock.settimeout(10)
        seen = b""
        try:
            while piece := sock.recv(4096):
                seen += piece
        except ConnectionResetError:
            pass
        assert b"injected" not in seen and b"b OK" not in seen, (name, seen)
        sock.close()


def pipelined(bed):
    """A whole session in one packet (RFC 2920)."""
    sock, lines = connect(bed, "SMTP")
    assert lines.readline().startswith(b"220")
    message = letter("pipelined", "pipelined")
    sock.sendall(
        b"EHLO client.test\r\nMAIL FROM:<a@elsewhere.test>\r\nRCPT TO:<" + bed.user(30).encode()
        + b">\r\nRCPT TO:<nobody@example.test>\r\nDATA\r\n")
    text = b""
    while not text.rstrip().rsplit(b"\n", 1)[-1].startswith(b"354"):
        text += lines.readline()
    assert b"550" in text, text
    sock.sendall(message.encode() + b"\r\n.\r\nRSET\r\nNOOP\r\nQUIT\r\n")
    codes = [lines.readline()[:3] for _ in range(4)]
    assert codes == [b"250", b"250", b"250", b"221"], codes
    sock.close()


def smuggling(bed):
    """LF.LF does not end DATA (CVE-2023-51764)."""
    sock, lines = connect(bed, "SMTP")
    lines.readline()
    sock.sendall(b"HELO client.test\r\nMAIL FROM:<a@elsewhere.test>\r\nRCPT TO:<" + bed.user(31).encode() + b">\r\nDATA\r\n")
    for _ in range(4):
        line = lines.readline()
    assert line.startswith(b"354"), line
    sock.sendall(b"Subject: one\r\n\r\nbody\n.\nMAIL FROM:<b@elsewhere.test>\r\n.\r\nQUIT\r\n")
    assert lines.readline()[:3] in (b"250", b"550", b"554")
    assert lines.readline().startswith(b"221")
    sock.close()


def too_many_mistakes(bed):
    """Nonsense is answered a limited number of times; then the connection ends politely."""
    for name in ["SMTP", "IMAP", "POP3"]:
        sock, lines = connect(bed, name)
        lines.readline()
        answers = 0
        try:
            for number in range(200):
                sock.sendall(b"x%d NONSENSE\r\n" % number)
                if not lines.readline():
                    break
                answers += 1
        except OSError:
            pass
        assert answers < 200, name
        sock.close()


def half_open(bed):
    """A hundred connections that say nothing do not keep others out."""
    idle = [connect(bed, "IMAP") for _ in range(100)]
    started = time.monotonic()
    sock, lines = connect(bed, "IMAP")
    assert lines.readline().startswith(b"* OK")
    assert time.monotonic() - started < 2
    assert bed.resident_kib() < 100_000, f"{bed.resident_kib()} KiB with 100 connections"
    for other, _ in idle:
        other.close()
    sock.close()


def plain_log_in_refused(bed):
    """On the MX port there is no AUTH at all."""
    sock, lines = connect(bed, "SMTP")
    lines.readline()
    sock.sendall(b"EHLO client.test\r\nAUTH PLAIN AHUAcA==\r\nQUIT\r\n")
    text = b""
    while piece := sock.recv(4096):
        text += piece
    assert b"AUTH" not in text.split(b"\r\n250 ")[0] and b"235" not in text, text
    sock.close()


CHECKS = [pipelined, smuggling, early_bytes_after_starttls, plain_log_in_refused, too_many_mistakes, long_line, half_open,
          random_bytes]
