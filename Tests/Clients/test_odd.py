"""Messages that no mail program writes, and that arrive all the same: kept as they came, bit for bit, by the built program."""
import hashlib
import imaplib
import os
import re
import smtplib
import socket
import threading

import test_program
from test_keeping import HOST, imap, settle
from test_program import OFFSET, Server, barid, in_folder

imaplib._MAXLINE = 100 << 20  # a BODYSTRUCTURE of 10,000 parts is one line
PIECE = 4 << 20
LARGE = 150 << 20


class Sender(smtplib.SMTP):
    """Sends by BDAT, so that any octets can be sent (RFC 3030)."""

    def deliver(self, pieces, parameters="BODY=BINARYMIME"):
        self.ehlo("sender.test")
        assert self.docmd(f"MAIL FROM:<someone@sender.test> {parameters}")[0] == 250
        assert self.docmd("RCPT TO:<amal@example.org>")[0] == 250
        for piece in pieces:
            self.send(b"BDAT %d\r\n" % len(piece) + piece)
            code, words = self.getreply()
            assert code == 250, (code, words)
        code, words = self.docmd("BDAT 0 LAST")
        assert code == 250, (code, words)


def text_of(number, length):
    """Lines that do not shrink to nothing, the same for the same number."""
    seed, lines, size = number, [], 0
    while size < length:
        seed = (seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % (1 << 64)
        line = b"%020d %020d\r\n" % (seed, seed >> 7)
        lines.append(line)
        size += len(line)
    return b"".join(lines)


def odd_messages():
    parts = b"".join(b"--x\r\nContent-Disposition: attachment; filename=p%d\r\n\r\npart %d\r\n" % (n, n) for n in range(10_000))
    yield "without an octet", b""
    yield "a header alone", b"Subject: nothing follows\r\n"
    yield "10,000 parts", b"Subject: parts\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + parts + b"--x--\r\n"
    yield "NUL", b"Subject: nul\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n\0a\0\0b\r\n\xff\0"
    yield "every octet", b"Subject: octets\r\nContent-Transfer-Encoding: binary\r\n\r\n" + bytes(range(256)) * 40
    yield "lines of a megabyte", b"Subject: lines\r\n\r\n" + b"y" * 1_000_000 + b"\r\n" + b"z" * 1_000_000 + b"\r\n"


def literal(reader):
    """The octets of the next literal, of whatever kind, to the end of its response."""
    while True:
        line = reader.readline()
        assert line and not line.startswith((b"a NO", b"a BAD")), line
        match = re.search(rb"~?\{(\d+)\}\r\n$", line)
        if match:
            return reader.read(int(match[1]))


def binary(number):
    """BINARY[] of a message: what IMAP can send without changing it (RFC 3516; NUL has no other way)."""
    context = test_program.ssl._create_unverified_context()
    with context.wrap_socket(socket.create_connection((HOST, 993 + OFFSET), timeout=60)) as sock:
        reader = sock.makefile("rb")
        sock.sendall(b'l LOGIN amal@example.org "correct horse 9"\r\ns EXAMINE INBOX\r\na FETCH %d BINARY.PEEK[]\r\n' % number)
        return literal(reader)


class Memory:
    """The most memory of its own that the server has while this watches; what it maps of files is the system's to take back."""

    def __init__(self, server):
        self.status = f"/proc/{server.process.pid}/status"
        self.before = self.most = self.now()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def now(self):
        with open(self.status, encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1_024 for line in lines if line.startswith("RssAnon"))

    def watch(self):
        while not self.over.wait(0.01):
            self.most = max(self.most, self.now())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


@in_folder
def odd_messages_are_kept_as_they_came(folder):
    wanted = list(odd_messages())
    with Server(folder) as server:
        settle(server, "amal")
        for _, message in wanted:
            with Sender(HOST, 25 + OFFSET, timeout=60) as sender:
                sender.deliver([message] if message else [])
        # A header of a megabyte is too long from strangers; a mail program may keep one.
        header = b"".join(b"X-Long-%d: %s\r\n" % (number, b"v" * 900) for number in range(1_150)) + b"Subject: long\r\n\r\nx\r\n"
        client = imap()
        status, words = client.append("INBOX", None, None, header)
        assert status == "OK", words
        wanted.append(("a header of a megabyte", header))
        status, rows = client.select("INBOX")
        assert rows == [b"%d" % len(wanted)], rows
        _, rows = client.fetch("1:*", "(RFC822.SIZE ENVELOPE BODYSTRUCTURE)")
        assert len([row for row in rows if row != b")"]) >= len(wanted), rows
        for number, (name, message) in enumerate(wanted, 1):
            got = binary(number)
            assert got.endswith(message) and len(got) - len(message) < 1_000, name
        client.logout()
        barid(server, "mail", "export", "amal@example.org", f"{folder}/out", "--format", "eml")
        files = [os.path.join(path, file) for path, _, names in os.walk(f"{folder}/out") for file in names]
        kept = sorted((open(file, "rb").read() for file in files if file.endswith(".eml")), key=len)
        assert len(kept) == len(wanted), files
        for name, message in wanted:
            assert any(one.endswith(message) and len(one) - len(message) < 1_000 for one in kept), name


@in_folder
def a_message_of_150_megabytes(folder):
    os.environ["BARID_LIMITS_MESSAGE_SIZE"] = "200MiB"
    try:
        with Server(folder) as server:
            settle(server, "amal")
            piece = text_of(1, PIECE)
            head = b"Subject: large\r\nContent-Type: text/plain\r\n\r\n"
            count = LARGE // len(piece) + 1
            memory = Memory(server)
            with memory, Sender(HOST, 25 + OFFSET, timeout=300) as sender:
                sender.deliver([head] + [piece] * count, f"SIZE={len(head) + count * len(piece)} BODY=8BITMIME")
            assert memory.most - memory.before < LARGE // 4, f"{(memory.most - memory.before) >> 20} MiB to take in 150"
            whole = hashlib.sha256(head)
            for _ in range(count):
                whole.update(piece)
            client = imap()
            client.select("INBOX", readonly=True)
            _, rows = client.fetch("1", "(RFC822.SIZE)")
            size = int(re.search(rb"RFC822.SIZE (\d+)", rows[0])[1])
            start = size - len(head) - count * len(piece)
            assert 0 < start < 1_000, (size, start)
            found = hashlib.sha256()
            memory = Memory(server)
            with memory:
                for at in range(start, size, PIECE):
                    _, rows = client.fetch("1", f"(BODY.PEEK[]<{at}.{PIECE}>)")
                    found.update(rows[0][1])
            assert found.digest() == whole.digest(), "it came back otherwise"
            # The search index reads what has arrived meanwhile, and it takes up to 32 MiB of a message at once.
            assert memory.most - memory.before < LARGE // 2, f"{(memory.most - memory.before) >> 20} MiB to give out 150"
            client.logout()
    finally:
        del os.environ["BARID_LIMITS_MESSAGE_SIZE"]


CHECKS = [odd_messages_are_kept_as_they_came, a_message_of_150_megabytes]
