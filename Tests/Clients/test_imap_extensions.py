"""What imaplib does not speak: COMPRESS, SCRAM-SHA-256, UNAUTHENTICATE, over the built program."""
import base64
import hashlib
import hmac
import os
import re
import socket
import zlib

from bed import letter, run
from test_program import program


class Wire:
    """A line client whose streams can be compressed."""

    def __init__(self, bed):
        raw = socket.create_connection((bed.host, bed.port("IMAPS")), timeout=60)
        self.sock = bed.tls().wrap_socket(raw, server_hostname=bed.host)
        self.buffer = b""
        self.inflater = None
        self.deflater = None
        self.received = 0
        self.line()

    def compress(self, wbits=-15):
        self.inflater = zlib.decompressobj(-15)
        self.deflater = zlib.compressobj(9, zlib.DEFLATED, wbits)

    def plain(self):
        self.inflater = self.deflater = None

    def send(self, data, flush=zlib.Z_SYNC_FLUSH):
        if self.deflater:
            data = self.deflater.compress(data) + self.deflater.flush(flush)
        self.sock.sendall(data)

    def fill(self):
        piece = self.sock.recv(65536)
        if not piece:
            raise EOFError(f"end of connection after {self.buffer[-200:]!r}")
        self.received += len(piece)
        if self.inflater:
            piece = self.inflater.decompress(piece)
            if self.inflater.unused_data:
                piece += self.inflater.unused_data
        self.buffer += piece

    def line(self):
        while b"\r\n" not in self.buffer:
            self.fill()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def take(self, count):
        while len(self.buffer) < count:
            self.fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def ask(self, command, condition=b"OK"):
        tag = command.split(b" ", 1)[0]
        self.send(command + b"\r\n")
        lines = []
        while True:
            line = self.line()
            lines.append(line)
            if line.startswith(tag + b" "):
                assert line.startswith(tag + b" " + condition), line
                return lines

    def log_in(self, bed, number):
        self.ask(b'l LOGIN %s %s' % (bed.user(number).encode(), bed.password.encode()))


def compress(bed):
    """RFC 4978 both ways: commands, a big message, small windows, no second time, and data that is no deflate stream."""
    wire = Wire(bed)
    wire.log_in(bed, 70)
    assert any(b"COMPRESS=DEFLATE" in line for line in wire.ask(b"c CAPABILITY"))
    wire.ask(b"c1 COMPRESS LZW", b"BAD")
    wire.ask(b"c2 COMPRESS DEFLATE")
    wire.compress(wbits=-9)
    assert not any(b"COMPRESS=" in line for line in wire.ask(b"c3 CAPABILITY"))
    wire.ask(b"c4 COMPRESS DEFLATE", b"BAD [COMPRESSIONACTIVE]")
    body = (letter("compressed", "compressed", "line of text\r\n" * 80_000, to=bed.user(70))).encode()
    wire.send(b"a APPEND INBOX {%d}\r\n" % len(body))
    assert wire.line().startswith(b"+")
    wire.send(body + b"\r\n", zlib.Z_FULL_FLUSH)
    assert wire.line().startswith(b"a OK")
    wire.ask(b"s SELECT INBOX")
    before = wire.received
    wire.send(b"f FETCH 1 BODY.PEEK[]\r\n")
    size = int(re.search(rb"\{(\d+)\}$", wire.line()).group(1))
    assert size == len(body), (size, len(body))
    assert wire.take(size) == body
    assert wire.line() == b")"
    assert wire.line().startswith(b"f OK")
    assert wire.received - before < size / 20, wire.received - before
    # A hundred pipelined commands in one flush, and one command byte by byte.
    wire.send(b"".join(b"n%d NOOP\r\n" % number for number in range(100)))
    for number in range(100):
        assert wire.line().startswith(b"n%d OK" % number)
    for octet in b"x NOOP\r\n":
        wire.send(bytes([octet]))
    assert wire.line().startswith(b"x OK")
    # UNAUTHENTICATE ends it (RFC 8437 §4.1): our stream ends behind the command, the server's behind its OK.
    wire.send(b"u UNAUTHENTICATE\r\n", zlib.Z_FINISH)
    assert wire.line().startswith(b"u OK")
    wire.plain()
    wire.log_in(bed, 71)
    assert any(b"COMPRESS=DEFLATE" in line for line in wire.ask(b"v CAPABILITY"))
    # Not a deflate stream: the connection ends.
    wire.ask(b"w COMPRESS DEFLATE")
    wire.sock.sendall(b"\xff" * 1000)
    try:
        while wire.sock.recv(65536):
            pass
    except (ConnectionError, OSError):
        pass


def bomb(bed):
    """A megabyte of deflate that would be a gigabyte of text costs the server neither memory nor its life."""
    wire = Wire(bed)
    wire.log_in(bed, 72)
    wire.ask(b"c COMPRESS DEFLATE")
    wire.compress()
    before = bed.resident_kib()
    piece = wire.deflater.compress(b"a NOOP " + b"x" * 200_000_000) + wire.deflater.flush(zlib.Z_SYNC_FLUSH)
    try:
        wire.sock.sendall(piece)
        assert b" BAD" in wire.line() or True
    except (ConnectionError, OSError, EOFError):
        pass
    after = bed.resident_kib()
    assert after - before < 64 * 1024, f"{before} -> {after} KiB"
    Wire(bed).log_in(bed, 72)


def scram(bed):
    """SCRAM-SHA-256 (RFC 7677) with a device's password, in both forms; a wrong one and an account's are refused."""
    user = bed.user(73)
    password = device(bed, user, "scram")
    for form in (password, password.replace("-", "")):
        wire = Wire(bed)
        lines = exchange(wire, user, form)
        assert lines[-1].startswith(b"s OK"), lines
    for form in (password + "x", bed.password):
        wire = Wire(bed)
        lines = exchange(wire, user, form)
        assert lines[-1].startswith(b"s NO [AUTHENTICATIONFAILED]"), lines
    wire = Wire(bed)
    assert exchange(wire, "nobody@example.test", password)[-1].startswith(b"s NO [AUTHENTICATIONFAILED]")


def device(bed, user, name):
    """A new device's password, from the command line and the server's control socket."""
    config = os.path.join(bed.folder, "device.yaml")
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"hostname: mail.example.test\ndata-folder: {bed.folder}/data\n")
    text = run([program(), "device", "add", user, name, "--config", config])
    return re.search(r": (\S+)$", text.strip())[1]


def exchange(wire, user, password):
    """One SCRAM exchange; the lines of the last answer."""
    bare = f"n={user},r=fyko+d2lbbFgONRv9qkxdawL".encode()
    wire.send(b"s AUTHENTICATE SCRAM-SHA-256 " + base64.b64encode(b"n,," + bare) + b"\r\n")
    first = base64.b64decode(wire.line()[2:])
    fields = dict(part.split("=", 1) for part in first.decode().split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
    sign = lambda key, text: hmac.new(key, text, hashlib.sha256).digest()  # noqa: E731
    client_key = sign(salted, b"Client Key")
    final = f"c=biws,r={fields['r']}".encode()
    message = bare + b"," + first + b"," + final
    proof = bytes(a ^ b for a, b in zip(client_key, sign(hashlib.sha256(client_key).digest(), message)))
    wire.send(base64.b64encode(final + b",p=" + base64.b64encode(proof)) + b"\r\n")
    line = wire.line()
    if not line.startswith(b"+"):
        return [line]
    expected = b"v=" + base64.b64encode(sign(sign(salted, b"Server Key"), message))
    assert base64.b64decode(line[2:]) == expected, line
    wire.send(b"\r\n")
    return [wire.line()]


CHECKS = [compress, bomb, scram]
